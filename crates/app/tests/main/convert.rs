//! A log of others, as flow logs, in the lake.

use crate::weir::Weir;

const FIELDS: &str =
    "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes";

#[test]
fn a_log_of_zeek_becomes_flows_of_a_machine() {
    let weir = Weir::new();
    let (input, out) = (weir.path().join("conn.log"), weir.path().join("out"));
    let good = "1763900000.5\t10.0.0.5\t40000\t192.0.2.7\t443\ttcp\t1.5\tShADadFf\t9\t900\t8\t8000";
    std::fs::write(&input, format!("{FIELDS}\n{good}\nnot a line\n")).unwrap();
    let summary = weir.json(["convert", input.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!((&summary["connections"], &summary["records"]), (&1.into(), &2.into()), "{summary:#}");
    assert!(summary["skipped"].to_string().contains("line 3"), "{summary:#}");
    let inventory: Vec<String> =
        std::fs::read_dir(out.join("inventory")).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    weir.ok(["inventory", "import"].map(str::to_owned).into_iter().chain(inventory));
    weir.ok(["ingest", out.join("AWSLogs").to_str().unwrap()]);
    let sums = weir.sql(
        "SELECT entity, sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, max(service_port) AS port FROM activity GROUP BY entity",
    );
    assert_eq!((&sums[0]["bytes_out"], &sums[0]["bytes_in"], &sums[0]["port"]), (&900.into(), &8000.into(), &443.into()), "{sums}");
    assert!(sums[0]["entity"].as_str().unwrap().starts_with("i-"), "{sums}");

    let wrong = weir.run(["convert", input.to_str().unwrap(), "--out", out.to_str().unwrap(), "--local", "nowhere"]);
    assert!(!wrong.status.success() && String::from_utf8_lossy(&wrong.stderr).contains("nowhere"));
}
