"""A member of a group, as test/clients/README.md says."""
import faulthandler
import os
import signal
import sys
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

bootstrap, topic, group, protocol = sys.argv[1:5]
stopped = False


def stop(*_):
    global stopped
    stopped = True


signal.signal(signal.SIGTERM, stop)
faulthandler.register(signal.SIGQUIT)
settings = {"bootstrap.servers": bootstrap, "group.id": group, "client.id": "member", "auto.offset.reset": "earliest",
            "enable.auto.commit": False, "fetch.wait.max.ms": 100, "group.protocol": protocol}
strategy = os.environ.get("MEMBER_STRATEGY", "cooperative-sticky")
if protocol == "classic":
    settings |= {"session.timeout.ms": 6000, "heartbeat.interval.ms": 200, "partition.assignment.strategy": strategy}
is_incremental = protocol == "consumer" or strategy == "cooperative-sticky"
consumer = Consumer(settings)
# What is read and not committed yet, by partition: the group may be between two generations when a commit is tried.
pending = {}
# The group has moved on, or the member is no longer one of it: the next consume() finds out and calls `revoked` or `forget`.
not_now = {KafkaError.ILLEGAL_GENERATION, KafkaError.REBALANCE_IN_PROGRESS, KafkaError.UNKNOWN_MEMBER_ID,
           KafkaError.STALE_MEMBER_EPOCH, KafkaError.FENCED_MEMBER_EPOCH, KafkaError._STATE, KafkaError._ASSIGNMENT_LOST,
           KafkaError._TIMED_OUT, KafkaError.REQUEST_TIMED_OUT, KafkaError._TRANSPORT, KafkaError._WAIT_COORD,
           KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS}


def commit():
    for partition, offset in list(pending.items()):
        try:
            consumer.commit(offsets=[TopicPartition(topic, partition, offset)], asynchronous=False)
            del pending[partition]
        except KafkaException as error:
            if error.args[0].code() not in not_now:
                raise
            print(f"not committed yet: {error}", file=sys.stderr)


def revoked(_, partitions):
    # The member is in the new generation already and still holds what it is about to give back.
    commit()
    forget(partitions)


def forget(partitions):
    for each in partitions:
        if pending.pop(each.partition, None) is not None:
            print(f"refused {each.partition} for good", flush=True)


def ask_again():
    # Offsets that it could not fetch because the coordinator moved librdkafka does not ask for again, and those partitions are
    # never read (confluentinc/librdkafka#5586). It does when they are assigned anew; the others go on where they are.
    held = consumer.position(consumer.assignment())
    if is_incremental:
        consumer.incremental_unassign(held)
        consumer.incremental_assign(held)
    else:
        consumer.assign(held)


def read(messages):
    for message in messages:
        error = message.error()
        if error is None:
            print(f"read {message.partition()} {message.offset()} {message.offset()}")
            pending[message.partition()] = message.offset() + 1
            continue
        # librdkafka goes on by itself after all others but one.
        if error.fatal():
            raise KafkaException(error)
        print(f"read again after {error}", file=sys.stderr)
        if error.code() == KafkaError.NOT_COORDINATOR:
            ask_again()
    sys.stdout.flush()
    commit()


consumer.subscribe([topic], on_assign=lambda _, partitions: print(f"assigned {len(partitions)}", flush=True),
                   on_revoke=revoked, on_lost=lambda _, partitions: forget(partitions))
while not stopped:
    read(consumer.consume(500, timeout=0.1))
# A group between two generations takes no commits: who left now would leave what it has read to be read again.
until = time.monotonic() + 10
while pending and time.monotonic() < until:
    consumer.pause(consumer.assignment())
    read(consumer.consume(500, timeout=0.1))
# Closing gives everything back, and with that `revoked` is called.
consumer.close()
