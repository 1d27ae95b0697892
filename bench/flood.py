"""`python -m bench.flood HOST:PORT RATE`: asks from one address until it is ended: as fast as it can until it is
refused, then so often in a second.

Prints after each request how many were refused so far, and how many not.
"""

import http.client
import sys
import time

HEADERS = {"X-Forwarded-For": "198.51.100.7", "Content-Type": "application/json"}


def main(host: str, rate: float) -> None:
    """Ask without end, one after the other."""
    refused = others = 0
    while True:
        began = time.perf_counter()
        connection = http.client.HTTPConnection(host)
        connection.request("POST", "/graphql", "{}", HEADERS)
        over = connection.getresponse().status == 429
        connection.close()
        refused, others = refused + over, others + (not over)
        print(refused, others, flush=True)
        if refused:
            time.sleep(max(0, 1 / rate - (time.perf_counter() - began)))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
