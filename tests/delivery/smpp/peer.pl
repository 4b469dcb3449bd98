# An SMSC for tests on Debian's libnet-smpp-perl: perl peer.pl '{"port": 2777, "file": ...}'
# Behaves as tests/delivery/live_conformance.py says, one connection at a time, one PDU after the other.
use strict;
use warnings;
use Encode qw(decode);
use JSON::PP;
use Net::SMPP;
use Time::HiRes qw(sleep);

my $how = decode_json($ARGV[0]);
my %refuse = map { $_ => 1 } @{ $how->{refuse} };
my %silent = map { $_ => 1 } @{ $how->{silent} };
my %fail = map { $_ => 1 } @{ $how->{fail} };
my ($throttle, $left, $ids) = ($how->{throttle}, $how->{cut_after}, 0);
my %halves;
$SIG{PIPE} = 'IGNORE';

sub record {
    my ($fact) = @_;
    open my $file, '>>', $how->{file} or die $!;
    print $file encode_json($fact), "\n";
    close $file;
}

sub receipt {
    my ($session, $pdu, $id) = @_;
    my $failed = $fail{ substr $pdu->{destination_addr}, -11 };
    my $stat = $failed ? 'UNDELIV' : 'DELIVRD';
    $session->deliver_sm(
        source_addr => $pdu->{destination_addr}, destination_addr => $pdu->{source_addr}, esm_class => 4,
        short_message => "id:$id sub:001 dlvrd:001 submit date:2611230101 done date:2611230102 stat:$stat err:000 text:",
        async => 1,
    );
}

sub taken {
    my ($session, $pdu, $header) = @_;
    my $id = sprintf '%x', ++$ids;
    my $answer = sub { $session->submit_sm_resp(seq => $pdu->{seq}, status => 0, message_id => $id) };
    sleep $how->{delay} if $how->{delay};
    receipt($session, $pdu, $id) if $how->{receipts} eq 'before';
    $answer->();
    receipt($session, $pdu, $id) for 1 .. { after => 1, twice => 2 }->{ $how->{receipts} } // 0;
    return if $how->{receipts} ne 'reversed';
    my $half = $halves{ $pdu->{destination_addr} . ($header ? substr $header, 0, 5 : $id) } //= [];
    unshift @$half, $id;
    my $count = $header ? ord substr $header, 4, 1 : 1;
    if (@$half == $count) { receipt($session, $pdu, $_) for @$half }
}

sub submitted {
    my ($session, $pdu) = @_;
    my $phone = substr $pdu->{destination_addr}, -11;
    if ($throttle > 0) {
        $throttle--;
        return $session->submit_sm_resp(seq => $pdu->{seq}, status => 0x58, message_id => '');
    }
    return $session->submit_sm_resp(seq => $pdu->{seq}, status => 0x0B, message_id => '') if $refuse{$phone};
    my $octets = $pdu->{short_message};
    my $end = $pdu->{esm_class} & 0x40 ? 1 + ord $octets : 0;
    my $header = substr $octets, 0, $end;
    record({
        phone => $phone + 0, text => decode('UTF-16BE', substr $octets, $end), joining => unpack('H*', $header),
        coding => $pdu->{data_coding},
    });
    return 'cut' if $left > 0 && --$left == 0;
    taken($session, $pdu, $header) unless $silent{$phone};
    return 1;
}

my $server = Net::SMPP->new_listen('127.0.0.1', port => $how->{port}, smpp_version => 0x34, reuse => 1, async => 1)
    or die "cannot listen: $!";
$| = 1;
print "listening\n";
while (my $session = $server->accept) {
    while (my $pdu = $session->read_pdu) {
        my $cmd = $pdu->{cmd};
        if ($cmd == Net::SMPP::CMD_bind_transceiver) {
            my $good = $pdu->{password} eq 'secret';
            $session->bind_transceiver_resp(seq => $pdu->{seq}, status => $good ? 0 : 0x0E, system_id => 'SMSC');
        }
        elsif ($cmd == Net::SMPP::CMD_submit_sm) {
            last if submitted($session, $pdu) eq 'cut';
        }
        elsif ($cmd == Net::SMPP::CMD_enquire_link) { $session->enquire_link_resp(seq => $pdu->{seq}) }
        elsif ($cmd == Net::SMPP::CMD_unbind) { $session->unbind_resp(seq => $pdu->{seq}); last }
    }
    close $session;
}
