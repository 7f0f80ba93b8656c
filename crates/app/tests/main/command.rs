//! The command's manners: exit codes, help, errors that say what to do.

use crate::weir::Weir;

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn usage_mistakes_exit_with_two() {
    let weir = Weir::new();
    for arguments in [&["nonsense"][..], &["ingest"], &["volume", "i-1", "--bin", "1w"], &["detect", "--detector", "Recon:EC2/Nothing"]] {
        let output = weir.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn failures_exit_with_one_and_say_why() {
    let weir = Weir::new();
    for (arguments, expected) in [
        (&["ingest", "/no/such/folder"][..], "/no/such/folder"),
        (&["sql", "SELECT nothing FROM flows"], "nothing"),
        (&["sql", "DROP TABLE volume"], "DDL"),
        (&["findings", "show", "0000"], "findings list"),
        (&["--config", "/no/such/file", "verify"], "/no/such/file"),
        (&["intel", "import", "--name", "x", "--kind", "threat", "/no/such/list"], "/no/such/list"),
    ] {
        let output = weir.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn help_teaches_and_completions_are_scripts() {
    let weir = Weir::new();
    let help = weir.ok(["--help"]);
    for command in ["ingest", "findings", "profile", "details", "verify", "serve", "demo"] {
        assert!(help.contains(command), "{command}");
    }
    assert!(weir.ok(["details", "--help"]).contains("reach=public"));
    assert!(weir.ok(["completions", "bash"]).contains("_weir"));
    assert!(weir.ok(["--version"]).starts_with("weir "));
}

#[test]
fn an_empty_lake_answers_with_nothing() {
    let weir = Weir::new();
    assert_eq!(weir.json(["findings", "list"]), serde_json::json!([]));
    assert_eq!(weir.json(["detect"]), serde_json::json!({}));
    assert_eq!(weir.json(["details", "i-0123"]), serde_json::json!([]));
    assert_eq!(weir.sql("SELECT count(*) AS flows FROM flows"), serde_json::json!([{ "flows": 0 }]));
    assert!(weir.json(["verify"]).as_array().unwrap().iter().all(|check| check["ok"] == true));
}

#[test]
fn ingest_says_what_it_did() {
    let weir = Weir::new();
    let logs = weir.path().join("logs");
    std::fs::create_dir(&logs).unwrap();
    std::fs::write(
        logs.join("a.log"),
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n\
         2 123456789012 eni-1 10.0.0.5 198.51.100.7 40000 443 6 10 840 1763900000 1763900059 ACCEPT OK\n\
         2 123456789012 eni-1 10.0.0.5 198.51.100.7 40000 443 6 10 840 1763900000 1763900059 ACCEPT OK\n\
         2 123456789012 eni-1 - - - - - - - 1763900060 1763900119 - NODATA\n\
         2 123456789012 eni-1 10.0.0.5 198.51.100.7 40000 443 6 10 many 1763900000 1763900059 ACCEPT OK\n",
    )
    .unwrap();
    let said = weir.json(["ingest", &logs.display().to_string()]);
    for (key, value) in [("objects", 1), ("records", 4), ("accepted", 1), ("rejected", 1), ("coverage", 1), ("duplicates", 1)] {
        assert_eq!(said[key], value, "{key}: {said:#}");
    }
    for key in ["bytes_in", "lake_bytes", "seconds"] {
        assert!(said[key].as_f64().unwrap() > 0.0, "{key}");
    }
    let rejects = weir.sql("SELECT object, position, reason FROM rejects");
    assert_eq!(rejects[0]["position"], 5);
    assert!(rejects[0]["reason"].as_str().unwrap().contains("bytes"), "{rejects}");
    let again = weir.json(["ingest", &logs.display().to_string()]);
    assert_eq!((&again["objects"], &again["known"], &again["records"]), (&0.into(), &1.into(), &0.into()));
}

#[test]
fn two_writers_do_not_meet() {
    let weir = Weir::new();
    weir.ok(["verify"]);
    let lock = std::fs::File::options().write(true).open(weir.data().join("writer.lock")).unwrap();
    lock.try_lock().unwrap();
    let output = weir.run(["detect"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("another weir process"), "{}", stderr(&output));
    weir.ok(["findings", "list"]);
}
