package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/IBM/sarama"
)

var (
	bootstrap = strings.Split(os.Args[1], ",")
	topic     = os.Args[2] + "-t"
	group     = os.Args[2] + "-g"
	sent      []string
)

func step(name string, action func() error) {
	if err := action(); err != nil {
		fmt.Println("fail", name, strings.SplitN(err.Error(), "\n", 2)[0])
	} else {
		fmt.Println("ok", name)
	}
}

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	return config
}

func produce(name string, codec sarama.CompressionCodec) func() error {
	return func() error {
		config := config()
		config.Producer.Compression = codec
		config.Producer.Idempotent = true
		config.Net.MaxOpenRequests = 1
		producer, err := sarama.NewSyncProducer(bootstrap, config)
		if err != nil {
			return err
		}
		defer producer.Close()
		var messages []*sarama.ProducerMessage
		var batch []string
		for i := range 100 {
			key := fmt.Sprintf("key-%d", i%10)
			value := fmt.Sprintf("%s %d %s", name, i, strings.Repeat("äß€😀", i%50))
			messages = append(messages, &sarama.ProducerMessage{Topic: topic, Key: sarama.StringEncoder(key), Value: sarama.StringEncoder(value),
				Headers: []sarama.RecordHeader{{Key: []byte("codec"), Value: []byte(name)}}})
			batch = append(batch, key+" "+value)
		}
		if err := producer.SendMessages(messages); err != nil {
			return err
		}
		sent = append(sent, batch...)
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

func consume(client sarama.Client) error {
	consumer, err := sarama.NewConsumerFromClient(client)
	if err != nil {
		return err
	}
	var records []string
	for partition := range int32(3) {
		end, err := client.GetOffset(topic, partition, sarama.OffsetNewest)
		if err != nil {
			return err
		}
		reading, err := consumer.ConsumePartition(topic, partition, sarama.OffsetOldest)
		if err != nil {
			return err
		}
		for offset := int64(0); offset < end; offset++ {
			select {
			case message := <-reading.Messages():
				records = append(records, string(message.Key)+" "+string(message.Value))
			case <-time.After(20 * time.Second):
				return fmt.Errorf("only %d records", len(records))
			}
		}
		reading.Close()
	}
	return compare(records)
}

type member struct {
	records  []string
	done     context.CancelFunc
	messages chan string
}

func (*member) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*member) Cleanup(sarama.ConsumerGroupSession) error { return nil }
func (m *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, open := <-claim.Messages():
			if !open {
				return nil
			}
			session.MarkMessage(message, "")
			m.messages <- string(message.Key) + " " + string(message.Value)
		case <-session.Context().Done():
			return nil
		}
	}
}

func inGroup(admin sarama.ClusterAdmin) error {
	consumers, err := sarama.NewConsumerGroup(bootstrap, group, config())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	m := &member{messages: make(chan string, 10000)}
	finished := make(chan error, 1)
	go func() {
		// A rebalance ends Consume; the member then joins again.
		for ctx.Err() == nil {
			if err := consumers.Consume(ctx, []string{topic}, m); err != nil {
				finished <- err
				return
			}
		}
		finished <- nil
	}()
	var records []string
	for len(records) < len(sent) {
		select {
		case record := <-m.messages:
			records = append(records, record)
		case err := <-finished:
			return fmt.Errorf("ended after %d records: %v", len(records), err)
		}
	}
	cancel()
	<-finished
	if err := consumers.Close(); err != nil {
		return err
	}
	if err := compare(records); err != nil {
		return err
	}
	offsets, err := admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: {0, 1, 2}})
	if err != nil {
		return err
	}
	total := int64(0)
	for _, each := range offsets.Blocks[topic] {
		total += max(each.Offset, 0)
	}
	if total != int64(len(sent)) {
		return fmt.Errorf("committed %d of %d", total, len(sent))
	}
	return nil
}

func main() {
	client, err := sarama.NewClient(bootstrap, config())
	if err != nil {
		fmt.Println("fail create", err)
		return
	}
	admin, err := sarama.NewClusterAdminFromClient(client)
	if err != nil {
		fmt.Println("fail create", err)
		return
	}
	step("create", func() error {
		return admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: 3, ReplicationFactor: 1}, false)
	})
	step("describe", func() error {
		topics, err := admin.ListTopics()
		if err != nil {
			return err
		}
		if topics[topic].NumPartitions != 3 {
			return fmt.Errorf("not listed, or not with 3 partitions")
		}
		return nil
	})
	step("none", produce("none", sarama.CompressionNone))
	step("gzip", produce("gzip", sarama.CompressionGZIP))
	step("snappy", produce("snappy", sarama.CompressionSnappy))
	step("lz4", produce("lz4", sarama.CompressionLZ4))
	step("zstd", produce("zstd", sarama.CompressionZSTD))
	step("consume", func() error { return consume(client) })
	step("group", func() error { return inGroup(admin) })
	step("groups", func() error {
		groups, err := admin.ListConsumerGroups()
		if err != nil {
			return err
		}
		if _, found := groups[group]; !found {
			return fmt.Errorf("not listed")
		}
		return nil
	})
	step("delete", func() error {
		if err := admin.DeleteTopic(topic); err != nil {
			return err
		}
		for range 100 {
			topics, err := admin.ListTopics()
			if err != nil {
				return err
			}
			if _, found := topics[topic]; !found {
				return nil
			}
			time.Sleep(100 * time.Millisecond)
		}
		return fmt.Errorf("still listed")
	})
}
