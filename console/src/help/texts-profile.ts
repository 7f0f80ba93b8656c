import type { HelpText } from "./HelpContent";
import type { HelpTopic } from "./topics";

/** Help of the panels of a profile. */
export const PROFILE_TEXTS: Partial<Record<HelpTopic, HelpText>> = {
  scope: {
    title: "Profile and scope time",
    shows: "Everything on this page is about one machine or address, and about one stretch of time: the scope time at the top right.",
    read: [
      "Set exact times to the second, or a length back from the end of the data. The length is measured from the newest record in the lake, not from now.",
      "Drag over a chart to set the scope time. The back button of the browser takes you back.",
      "The scope time goes with you from page to page, and stands in the address: Copy link gives a colleague exactly what you see.",
      "Times are UTC until you choose local time in the bar at the top.",
    ],
    ask: ["Is the scope time that of the finding? Choose the finding in the list below to set it.", "Did it begin earlier? Look left of the shaded time on the volume charts."],
    from: "What is usual, and what is new, is measured against the days on record before the scope time, 45 at most.",
  },
  instance: {
    title: "Details of a machine",
    shows: "What the inventory knows of the machine as it was at the end of the scope time, and when the flow logs saw it.",
    read: [
      "“Later” beside the inventory means that the only snapshot is later than the scope time, so the facts may have been different then.",
      "“Gone since” means that a later snapshot no longer had it.",
      "Flow logs “not complete” means that some of the scope time is missing from the data. Nothing that is missing is counted as zero.",
    ],
    ask: ["Should this machine be on the public internet at all?", "Are its security groups wider than its job? Open them to see every rule.", "Who owns it? The tags often say."],
    from: "The inventory is what describe-instances, describe-network-interfaces and their like printed when it was imported. First and last seen come from the flow logs.",
  },
  address: {
    title: "Details of an address",
    shows: "Where an address is, who runs its network, which lists it is on, and which of your machines held it in the scope time.",
    read: [
      "A location is that of the network's registration, not of a person.",
      "An address that one of your machines held is internal: open the machine's profile for its side of the story.",
    ],
    ask: ["Which machines spoke with it? See the table below.", "Was it ever seen before the scope time?", "Is the network operator one that your company uses?"],
    from: "Location and operator come from the geography files you gave; lists from the ones you imported; holders from the inventory.",
  },
  "entity-findings": {
    title: "Findings associated with it",
    shows: "Every finding about this machine or address, at whatever time.",
    read: [
      "Choose one to set the scope time to its first and last hour. The charts, the details and the answers follow.",
      "Several types close together in time are worth more than each alone: a contact with a known bad address, then an unusual port, then an unusual volume is one story.",
      "Findings are marked above the volume charts with a diamond at their start.",
    ],
    ask: ["Do the findings overlap in time?", "Do they name the same remote address?", "Which of them came first?"],
    from: "Detectors run over every closed hour of the data. The same data always give the same findings.",
  },
  volume: {
    title: "Overall VPC flow volume",
    shows: "Bytes towards the machine above, bytes away from it below, on one time axis. The shaded part is the scope time; what lies left and right of it is there for comparison.",
    read: [
      "The grey band is what is usual for that hour, or for that longer bar: it is learned from the days on record before, 45 at most, by the hour of the week.",
      "An inbound spike that lines up with an outbound one is an exchange: a download that was answered, or a query with a large result. An outbound spike alone is data leaving.",
      "The paler top of a bar is traffic that was rejected. It arrived, and went nowhere.",
      "Hatched time has no data, or lost records. It is not the same as no traffic.",
    ],
    use: [
      "Choose a bar to list what it is made of. Drag to set the scope time; with Shift held, to set the window of the details only.",
      "Tick rows of the details to draw them as lines. Switch Overall traffic off to see the lines alone.",
      "With the keyboard: arrow keys move over the bars, Shift selects several, Enter opens the details.",
    ],
    ask: ["Which addresses make up the spike? Display the details and sort by outbound.", "Is the remote address new for this machine?", "Which port or service was in use?", "Was it permitted, and by which rule? See Answers."],
    from: "Flow records of the machine's own interfaces, counted once; both sides of one flow are never added. Bars are an hour long up to 16 days, six hours up to 90, a day beyond. The band of a longer bar is learned from such bars, and only bars that lie wholly in the time shown have one.",
  },
  details: {
    title: "Activity details",
    shows: "Who this machine spoke with in the window: one row for each remote address, local port, remote port, protocol, and whether it was accepted.",
    read: [
      "Annotations mark rows that a finding rests on, and addresses that are on a list. Such rows come first, then the largest inbound volume.",
      "Direction says who opened the connection, not which way the bytes went. Rest the pointer on it to see how that is known, and how certain it is.",
      "Client ports change with each connection and tell nothing. Switch on One row for each service to leave them out: an upload in many connections is one row then.",
      "A rejected row with many flows and few bytes is somebody knocking.",
    ],
    use: [
      "Filter by a part of an address, by a network such as 10.0.0.0/8, by public or private, by port, protocol, direction or action. A bare number is taken as a port. Several values of one property, 22, 3389, mean one of them; != leaves values out; between properties choose and or or.",
      "Tick up to six rows to draw them on the charts.",
      "Edit window sets the time to the second. CSV saves every row that matches, not only this page.",
    ],
    ask: ["What is the largest outbound row to a public address?", "Which rows does no finding explain?", "Is anything accepted inbound that should not be?"],
    from: "Flow records that start in the window. Sorting, filtering and counting are done by the server over all rows.",
  },
  distinct: {
    title: "Distinct addresses and ports over time",
    shows: "How many different remote addresses and server ports there were in each interval.",
    read: [
      "Many addresses at once with few bytes each is a scan, or a peer-to-peer network.",
      "Many ports at once to one address is a port scan. Towards this machine it is being scanned; away from it, it scans.",
      "The grey part of the upper bars had rejected traffic only.",
    ],
    ask: ["Does the number jump when a finding begins?", "Are the addresses internal? Filter the details of that interval by private addresses."],
    from: "Counted over the flow records of each interval.",
  },
  ports: {
    title: "Volume by common port",
    shows: "Bytes by the port of the server's side, for connections in and out, over the scope time and in an average hour of it.",
    read: [
      "Inbound connections are to services of this machine; outbound ones are to services elsewhere.",
      "A port without a known service is not bad in itself, but a large share on one is worth a look.",
    ],
    ask: ["Is there a service on this machine that nobody expects?", "Is a protocol in use that should not leave the network, such as SMB or RDP?"],
    from: "The server's side is told by who opened the connection.",
  },
  new: {
    title: "New in scope time",
    shows: "Remote ports, own ports, addresses, networks, countries and network operators that this machine touched in the scope time, and not once in the days on record before it, 45 at most.",
    read: [
      "New is not bad: an update server or a new customer is new as well. New together with a finding or a large volume is a lead.",
      "Rejected traffic does not count, so that a scan makes nothing “known”.",
      "With little history everything looks new; the answers say how many days there were.",
    ],
    ask: ["Is the new port used with a new address?", "Did other machines touch the same address? Open its profile.", "When exactly did it begin?"],
    from: "First sightings are kept for each machine and day.",
  },
  addresses: {
    title: "Observed address assignments",
    shows: "Addresses that the machine's flow records carried as its own in the scope time, beside what the inventory says it held.",
    read: ["An address that the inventory does not know is new since the last snapshot, or belongs to a container on the machine.", "An address may belong to different machines at different times; the inventory tells them apart."],
    ask: ["Which machine held this address when the finding was noted?"],
    from: "Flow records for what was observed, the inventory for what was assigned.",
  },
  "talked-to": {
    title: "Machines that spoke with this address",
    shows: "Each of your machines that exchanged traffic with the address in the scope time.",
    read: ["Machines with accepted traffic had a conversation; those with rejected traffic only were knocked at, or stopped.", "Each machine leads to its profile with the same scope time."],
    ask: ["Is there a machine in the list that has no finding yet?", "Who spoke with it first?"],
    from: "Flow records of all machines with this address on the other side.",
  },
  answers: {
    title: "Answers",
    shows: "The four questions of an investigation, answered from the data in plain words: ports and services, large transfers, permission, and reach.",
    read: [
      "Each answer begins with its verdict; below it stand the facts, and on request the rows it is made of and its query. Several can be open at once.",
      "When the details have a window of their own, such as one bar of the chart, the answers are about that window. Answer for scope time leads back.",
      "“Allowed” names the security-group and network-ACL rules that matched, as the inventory had them at that time, or says that none did.",
      "“No data” and “no traffic” are different answers. What could not be known is said beside the answer.",
      "Confidence falls when data are missing or the history is short; beside it stands why. Rest the pointer on it for the number. Copy gives the answer in sentences, for a ticket.",
    ],
    ask: ["Is the rule that allowed it meant to? Narrow it, and look at what else it lets through.", "Which of the others that may be affected should be looked at first?"],
    from: "Computed by the server from the same rows that the panels show. The same answers are printed by weir profile.",
  },
};
