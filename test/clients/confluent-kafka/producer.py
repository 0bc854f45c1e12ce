"""Writes what comes on stdin, `key:value` a line, and tells on stdout every value that was acknowledged."""
import sys

from confluent_kafka import Producer

bootstrap, topic = sys.argv[1:]
producer = Producer(
    {
        "bootstrap.servers": bootstrap,
        "enable.idempotence": True,
        "linger.ms": 5,
        "message.timeout.ms": 0,
    }
)


def delivered(error, message):
    what = "ok" if error is None else "fail"
    sys.stdout.write(f"{what} {message.value().decode()} {error or ''}\n")
    sys.stdout.flush()


for line in sys.stdin:
    key, value = line.rstrip("\n").split(":", 1)
    producer.produce(topic, value, key, on_delivery=delivered)
    producer.poll(0)
producer.flush()
