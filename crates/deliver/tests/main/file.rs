//! Files: every finding a line, through rotation and a full disk.

use std::path::Path;

use deliver::{Format, Kind, State};
use serde_json::Value;

use crate::world::{notices, send_all, settings, target};

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_file_that_is_rotated_while_it_is_written_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.jsonl");
    let mut settings = settings(Kind::File);
    settings.path = Some(path.clone());
    let target = target(&settings);
    let all = notices(60);
    let writing = async {
        for batch in all.chunks(3) {
            send_all(&target, batch).await;
        }
    };
    let (files, at) = (folder.path().to_owned(), path.clone());
    let rotating = tokio::task::spawn_blocking(move || {
        let mut rotated = 0;
        while rotated < 5 {
            if std::fs::metadata(&at).is_ok_and(|file| file.len() > 0) {
                rotated += 1;
                std::fs::rename(&at, files.join(format!("findings.jsonl.{rotated}"))).unwrap();
            }
            std::thread::yield_now();
        }
    });
    let ((), rotated) = tokio::join!(writing, rotating);
    rotated.unwrap();
    let mut ids: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .flat_map(|entry| lines(&entry.unwrap().path()))
        .map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    let mut expected: Vec<String> = all.iter().map(|notice| notice.finding().id.clone()).collect();
    expected.sort();
    assert_eq!(ids, expected, "each finding once");
    assert_eq!(target.health().report().delivered, 60);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later/findings.jsonl");
    let mut settings = settings(Kind::File);
    settings.path = Some(path.clone());
    settings.format = Some(Format::Ocsf);
    let target = target(&settings);
    let all = notices(2);
    let progress = target.send(&all).await;
    assert!(progress.settled == 0 && progress.wait.is_some());
    assert_eq!(target.health().report().state, State::Failing);
    std::fs::create_dir(folder.path().join("later")).unwrap();
    send_all(&target, &all).await;
    let lines = lines(&path);
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line["class_uid"] == 2004));
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_nothing_is_settled() {
    if !Path::new("/dev/full").exists() {
        eprintln!("skipped: there is no /dev/full");
        return;
    }
    let mut settings = settings(Kind::File);
    settings.path = Some("/dev/full".into());
    let target = target(&settings);
    let progress = target.send(&notices(1)).await;
    assert!(progress.settled == 0 && progress.wait.is_some(), "{progress:?}");
    assert_eq!(target.health().report().delivered, 0);
}
