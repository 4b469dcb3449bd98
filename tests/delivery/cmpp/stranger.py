"""A CMPP 2.0 client that others wrote, told to send one message; runs in an environment of its own."""

import os
import sys
import threading
import time


def main(port: int) -> None:
    from pycmpp.cmpp import Cmpp

    client = Cmpp(host="127.0.0.1", port=port, sp_id="900001", sp_secret="888888", src_id="10690000")

    def send() -> None:
        time.sleep(1)
        client.submit("凡是要您先垫钱的，都是诈骗", ["13800138000"])
        time.sleep(1)
        os._exit(0)

    threading.Thread(target=send, daemon=True).start()
    client.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
