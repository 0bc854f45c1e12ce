package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

var (
	bootstrap = os.Args[1]
	topic     = os.Args[2] + "-t"
	group     = os.Args[2] + "-g"
	sent      []string
	client    = &kafka.Client{Addr: kafka.TCP(strings.Split(bootstrap, ",")...), Timeout: 20 * time.Second}
)

func step(name string, action func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	if err := action(ctx); err != nil {
		fmt.Println("fail", name, strings.SplitN(err.Error(), "\n", 2)[0])
	} else {
		fmt.Println("ok", name)
	}
}

func listed(ctx context.Context) (*kafka.Topic, error) {
	metadata, err := client.Metadata(ctx, &kafka.MetadataRequest{})
	if err != nil {
		return nil, err
	}
	for _, each := range metadata.Topics {
		if each.Name == topic {
			return &each, nil
		}
	}
	return nil, nil
}

func create(ctx context.Context) error {
	response, err := client.CreateTopics(ctx, &kafka.CreateTopicsRequest{
		Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: 3, ReplicationFactor: 1}}})
	if err != nil {
		return err
	}
	return response.Errors[topic]
}

func describe(ctx context.Context) error {
	found, err := listed(ctx)
	if err != nil {
		return err
	}
	if found == nil || len(found.Partitions) != 3 {
		return fmt.Errorf("not listed, or not with 3 partitions")
	}
	return nil
}

func produce(name string, codec kafka.Compression) func(context.Context) error {
	return func(ctx context.Context) error {
		writer := &kafka.Writer{Addr: client.Addr, Topic: topic, Compression: codec, RequiredAcks: kafka.RequireAll,
			Balancer: kafka.Murmur2Balancer{}, BatchTimeout: 20 * time.Millisecond}
		defer writer.Close()
		var messages []kafka.Message
		for i := range 100 {
			messages = append(messages, kafka.Message{
				Key:     []byte(fmt.Sprintf("key-%d", i%10)),
				Value:   []byte(fmt.Sprintf("%s %d %s", name, i, strings.Repeat("äß€😀", i%50))),
				Headers: []kafka.Header{{Key: "codec", Value: []byte(name)}},
			})
		}
		if err := writer.WriteMessages(ctx, messages...); err != nil {
			return err
		}
		for _, message := range messages {
			sent = append(sent, string(message.Key)+" "+string(message.Value))
		}
		return nil
	}
}

func compare(records []string) error {
	expected := append([]string{}, sent...)
	sort.Strings(expected)
	sort.Strings(records)
	if strings.Join(expected, "\n") != strings.Join(records, "\n") {
		return fmt.Errorf("%d of %d records, or other ones", len(records), len(sent))
	}
	return nil
}

func consume(ctx context.Context) error {
	var records []string
	for partition := range 3 {
		conn, err := (&kafka.Dialer{Timeout: 10 * time.Second}).DialLeader(ctx, "tcp", strings.Split(bootstrap, ",")[0], topic, partition)
		if err != nil {
			return err
		}
		_, last, err := conn.ReadOffsets()
		conn.Close()
		if err != nil {
			return err
		}
		reader := kafka.NewReader(kafka.ReaderConfig{Brokers: strings.Split(bootstrap, ","), Topic: topic, Partition: partition, MaxWait: 100 * time.Millisecond})
		for offset := int64(0); offset < last; offset++ {
			message, err := reader.ReadMessage(ctx)
			if err != nil {
				reader.Close()
				return err
			}
			records = append(records, string(message.Key)+" "+string(message.Value))
		}
		reader.Close()
	}
	return compare(records)
}

func inGroup(ctx context.Context) error {
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: strings.Split(bootstrap, ","), Topic: topic, GroupID: group,
		StartOffset: kafka.FirstOffset, MaxWait: 100 * time.Millisecond})
	defer reader.Close()
	var records []string
	for range sent {
		message, err := reader.FetchMessage(ctx)
		if err != nil {
			return err
		}
		if err := reader.CommitMessages(ctx, message); err != nil {
			return err
		}
		records = append(records, string(message.Key)+" "+string(message.Value))
	}
	if err := compare(records); err != nil {
		return err
	}
	offsets, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: {0, 1, 2}}})
	if err != nil {
		return err
	}
	total := int64(0)
	for _, each := range offsets.Topics[topic] {
		total += max(each.CommittedOffset, 0)
	}
	if total != int64(len(sent)) {
		return fmt.Errorf("committed %d of %d", total, len(sent))
	}
	return nil
}

func groups(ctx context.Context) error {
	// ListGroups goes to one broker alone; with one broker that is all of them.
	response, err := client.ListGroups(ctx, &kafka.ListGroupsRequest{Addr: resolved()})
	if err != nil {
		return err
	}
	for _, each := range response.Groups {
		if each.GroupID == group {
			return nil
		}
	}
	return fmt.Errorf("not listed")
}

func resolved() net.Addr { return kafka.TCP(strings.Split(bootstrap, ",")[0]) }

func remove(ctx context.Context) error {
	response, err := client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: []string{topic}})
	if err != nil {
		return err
	}
	if err := response.Errors[topic]; err != nil {
		return err
	}
	for range 100 {
		found, err := listed(ctx)
		if err != nil || found == nil {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("still listed")
}

func main() {
	step("create", create)
	step("describe", describe)
	step("none", produce("none", 0))
	step("gzip", produce("gzip", kafka.Gzip))
	step("snappy", produce("snappy", kafka.Snappy))
	step("lz4", produce("lz4", kafka.Lz4))
	step("zstd", produce("zstd", kafka.Zstd))
	step("consume", consume)
	step("group", inGroup)
	step("groups", groups)
	step("delete", remove)
}
