// An SMSC for tests on npm's `smpp`: node peer.js '{"port": 2775, "file": "parts.jsonl", ...}'
// Behaves as tests/delivery/live_conformance.py says. Writes every part that it takes to the file before it answers;
// reads what people write back, and other orders, as JSON lines from stdin; says "listening" once it does.
const fs = require('fs');
const smpp = require('smpp');

const how = JSON.parse(process.argv[2]);
const phone = (address) => Number(address.replace(/^\+?(86)?(?=1\d{10}$)/, ''));
const file = fs.openSync(how.file, 'a');
const record = (fact) => fs.writeSync(file, JSON.stringify(fact) + '\n');
let throttle = how.throttle || 0;
let left = how.cut_after || 0;
let ids = 0;
let open = 0;
const halves = {};
let listener = null;

function receipt(session, pdu, id, failed) {
  const stat = failed ? 'UNDELIV' : 'DELIVRD';
  const shown = how.ids === 'hex-decimal' ? parseInt(id, 16).toString().padStart(10, '0') : id;
  const fields = {
    source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
    short_message: Buffer.from(`id:${shown} sub:001 dlvrd:001 submit date:2611230101 done date:2611230102 ` +
      `stat:${stat} err:${failed ? '012' : '000'} text:`),
  };
  if (!how.ids) Object.assign(fields, { receipted_message_id: id, message_state: failed ? 5 : 2 });
  (listener || session).deliver_sm(fields, () => record({ acknowledged: id }));
}

function taken(session, pdu, to) {
  const id = (how.ids === 'hex-decimal' ? 26 + ++ids : ++ids).toString(16);
  const failed = (how.fail || []).includes(to);
  const answer = () => { open -= 1; session.send(pdu.response({ message_id: id })); };
  const tell = () => pdu.registered_delivery & 1 && receipt(session, pdu, id, failed);
  const go = {
    '': () => answer(),
    after: () => { answer(); tell(); },
    before: () => { tell(); answer(); },
    twice: () => { answer(); tell(); tell(); },
    reversed: () => {
      answer();
      const udh = pdu.short_message.udh;
      const name = to + (udh ? udh[0].toString('hex', 0, 4) : id);
      const half = halves[name] = halves[name] || [];
      half.unshift(tell);
      if (!udh || half.length === udh[0][3]) half.forEach((each) => each());
    },
  }[how.receipts || ''];
  how.delay ? setTimeout(go, how.delay * 1000) : go();
}

function submitted(session, pdu) {
  if (session.cut) return;
  const to = phone(pdu.destination_addr);
  if (throttle > 0) {
    throttle -= 1;
    return session.send(pdu.response({ command_status: how.full ? smpp.ESME_RMSGQFUL : smpp.ESME_RTHROTTLED }));
  }
  const part = pdu.short_message.udh ? pdu.short_message.udh[0] : null; // without the header's length
  const number = part ? part[part.length - 1] : 1;
  const refused = (how.refuse || []).includes(to) || (how.refuse_part && how.refuse_part === number);
  if (refused) return session.send(pdu.response({ command_status: how.code || smpp.ESME_RINVDSTADR }));
  open += 1;
  record({
    phone: to, text: pdu.short_message.message, open,
    joining: part ? Buffer.concat([Buffer.from([part.length]), part]).toString('hex') : '',
    to: pdu.destination_addr, to_kind: [pdu.dest_addr_ton, pdu.dest_addr_npi],
    from: pdu.source_addr, from_kind: [pdu.source_addr_ton, pdu.source_addr_npi],
    coding: pdu.data_coding, esm_class: pdu.esm_class, registered: pdu.registered_delivery,
    service: pdu.service_type, validity: pdu.validity_period,
  });
  if (left > 0 && --left === 0) {
    session.cut = true;
    open = 0;
    return session.socket.destroySoon();
  }
  if ((how.silent || []).includes(to) || (how.silent_part && how.silent_part === number)) return;
  taken(session, pdu, to);
}

const options = how.key ? { key: fs.readFileSync(how.key), cert: fs.readFileSync(how.cert) } : {};
const server = smpp.createServer(options, (session) => {
  session.on('error', () => {});
  for (const kind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
    session.on(kind, (pdu) => {
      const good = pdu.system_id === 'township' && pdu.password === 'secret';
      record({ bind: kind, system_type: pdu.system_type, version: pdu.interface_version });
      if (good && kind !== 'bind_transmitter') listener = session;
      session.send(pdu.response({ command_status: good ? 0 : smpp.ESME_RINVPASWD, system_id: 'SMSC' }));
    });
  }
  session.on('submit_sm', (pdu) => submitted(session, pdu));
  session.on('enquire_link', (pdu) => { record({ enquired: true }); if (!how.dead) session.send(pdu.response()); });
  session.on('unbind', (pdu) => { record({ unbound: true }); session.send(pdu.response()); session.close(); });
  session.on('generic_nack', (pdu) => record({ nacked: pdu.command_status }));
  session.on('close', () => { if (listener === session) listener = null; });
});

const orders = {
  reply: (o) => listener.deliver_sm({
    source_addr: o.source, destination_addr: '10690000', data_coding: o.coding,
    short_message: { udh: Buffer.from(o.udh || '', 'hex'), message: Buffer.from(o.octets, 'hex') },
  }, (pdu) => record({ acknowledged: pdu.command_status })),
  enquire: () => listener.enquire_link((pdu) => record({ alive: pdu.command_status })),
  strange: () => listener.query_sm({ message_id: '1' }),
  unbind: () => listener.unbind((pdu) => record({ parted: pdu.command_status })),
};
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  orders[order.order](order);
});
server.listen({ port: how.port, host: '127.0.0.1' }, () => console.log('listening'));
