"""A member of a group, as test/clients/README.md says."""
import signal
import sys

from confluent_kafka import Consumer, KafkaError, KafkaException

bootstrap, topic, group, protocol = sys.argv[1:5]
stopped = False


def stop(*_):
    global stopped
    stopped = True


signal.signal(signal.SIGTERM, stop)
settings = {"bootstrap.servers": bootstrap, "group.id": group, "client.id": "member", "auto.offset.reset": "earliest",
            "enable.auto.commit": False, "fetch.wait.max.ms": 100, "group.protocol": protocol}
if protocol == "classic":
    settings |= {"session.timeout.ms": 3000, "heartbeat.interval.ms": 200,
                 "partition.assignment.strategy": "cooperative-sticky"}
consumer = Consumer(settings)
consumer.subscribe([topic], on_assign=lambda _, partitions: print(f"assigned {len(partitions)}", flush=True))
while not stopped:
    messages = consumer.consume(500, timeout=0.1)
    last = {}
    for message in messages:
        if message.error():
            if message.error().code() == KafkaError._PARTITION_EOF or message.error().retriable():
                continue
            raise KafkaException(message.error())
        print(f"read {message.partition()} {message.offset()} {message.offset()}")
        last[message.partition()] = message
    sys.stdout.flush()
    for message in last.values():
        try:
            consumer.commit(message=message, asynchronous=False)
        except KafkaException as error:
            # The partition has moved on; whoever has it now goes on from the last commit.
            print(f"refused {message.partition()} {error.args[0].name()}", flush=True)
consumer.close()
