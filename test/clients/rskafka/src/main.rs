use rskafka::client::controller::ControllerClient;
use rskafka::client::partition::{Compression, OffsetAt, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder};
use rskafka::record::Record;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

type Outcome = Result<(), String>;

fn text(error: impl Display) -> String {
    error.to_string()
}

fn tell(name: &str, outcome: Outcome) {
    match outcome {
        Ok(()) => println!("ok {name}"),
        Err(reason) => println!("fail {name} {}", reason.lines().next().unwrap_or("")),
    }
}

async fn create(controller: &ControllerClient, topic: &str) -> Outcome {
    controller.create_topic(topic, 3, 1, 10_000).await.map_err(text)
}

async fn describe(client: &Client, topic: &str) -> Outcome {
    let topics = client.list_topics().await.map_err(text)?;
    let found = topics.iter().find(|each| each.name == topic).ok_or("not listed")?;
    if found.partitions.len() != 3 {
        return Err(format!("{} partitions", found.partitions.len()));
    }
    Ok(())
}

async fn produce(client: &Client, topic: &str, name: &str, compression: Compression, sent: &mut Vec<String>) -> Outcome {
    for partition in 0..3 {
        let partition_client =
            client.partition_client(topic, partition, UnknownTopicHandling::Retry).await.map_err(text)?;
        let mut records = vec![];
        for i in (0..100).filter(|i| i % 3 == partition) {
            let (key, value) = (format!("key-{}", i % 10), format!("{name} {i} {}", "äß€😀".repeat(i as usize % 50)));
            sent.push(format!("{key} {value}"));
            records.push(Record {
                key: Some(key.into_bytes()),
                value: Some(value.into_bytes()),
                headers: BTreeMap::from([("codec".to_owned(), name.as_bytes().to_vec())]),
                timestamp: chrono::Utc::now(),
            });
        }
        partition_client.produce(records, compression).await.map_err(text)?;
    }
    Ok(())
}

async fn consume(client: &Client, topic: &str, sent: &[String]) -> Outcome {
    let mut read = vec![];
    for partition in 0..3 {
        let partition_client =
            client.partition_client(topic, partition, UnknownTopicHandling::Retry).await.map_err(text)?;
        let end = partition_client.get_offset(OffsetAt::Latest).await.map_err(text)?;
        let mut offset = partition_client.get_offset(OffsetAt::Earliest).await.map_err(text)?;
        while offset < end {
            let (records, _) = partition_client.fetch_records(offset, 1..1_000_000, 1_000).await.map_err(text)?;
            for each in records {
                offset = each.offset + 1;
                let string = |bytes: Option<Vec<u8>>| String::from_utf8(bytes.unwrap_or_default()).map_err(text);
                read.push(format!("{} {}", string(each.record.key)?, string(each.record.value)?));
            }
        }
    }
    let mut expected = sent.to_vec();
    expected.sort();
    read.sort();
    if expected == read { Ok(()) } else { Err(format!("{} of {} records, or other ones", read.len(), expected.len())) }
}

async fn delete(controller: &ControllerClient, client: &Client, topic: &str) -> Outcome {
    controller.delete_topic(topic, 10_000).await.map_err(text)?;
    for _ in 0..100 {
        if !client.list_topics().await.map_err(text)?.iter().any(|each| each.name == topic) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("still listed".to_owned())
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let bootstrap = args[1].split(',').map(str::to_owned).collect();
    let topic = format!("{}-t", args[2]);
    let mut sent = vec![];
    let client = ClientBuilder::new(bootstrap).build().await.expect("no connection");
    let controller = client.controller_client().expect("no controller");

    tell("create", create(&controller, &topic).await);
    tell("describe", describe(&client, &topic).await);
    for (name, compression) in [
        ("none", Compression::NoCompression),
        ("gzip", Compression::Gzip),
        ("snappy", Compression::Snappy),
        ("lz4", Compression::Lz4),
        ("zstd", Compression::Zstd),
    ] {
        tell(name, produce(&client, &topic, name, compression, &mut sent).await);
    }
    tell("consume", consume(&client, &topic, &sent).await);
    println!("skip group the library has no groups");
    println!("skip groups the library has no groups");
    tell("delete", delete(&controller, &client, &topic).await);
}
