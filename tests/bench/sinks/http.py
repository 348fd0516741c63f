"""The trivial HTTP sink where there is no C compiler. Usage: python -m tests.bench.sinks.http PORT"""

from tests.bench.sinks import asking

if __name__ == "__main__":
    asking.serve(lambda _body: (b"202 Accepted", b"text/plain", b"0: Accepted for delivery\n"))
