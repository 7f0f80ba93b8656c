//! Everything that happens in an hour, and how much of it there must be for the number of records that was asked for.

use crate::SimulateError;
use crate::attacks::Attack;
use crate::dice::{Dice, real, whole};
use crate::events;
use crate::habits;
use crate::intrusion::Intrusion;
use crate::noise;
use crate::record::{Connection, Expander, Segment};
use crate::time::Span;
use crate::world::World;

/// Below this there is no daily life left: machines would not do each day what they do each day.
const LEAST_SCALE: f64 = 0.02;
/// Hours that are tried out to find the scale.
const SAMPLE: u64 = 84;

/// Makes the traffic hour by hour.
pub(crate) struct Traffic<'a> {
    world: &'a World,
    span: Span,
    /// The connections of the intrusion, its attempts elsewhere, and the other attacks, in order of their start.
    planned: Vec<Connection>,
    scale: f64,
    expander: Expander,
    connections: Vec<Connection>,
}

impl<'a> Traffic<'a> {
    /// Traffic of a world at scale 1.
    pub(crate) fn new(world: &'a World, span: Span, plan: Option<&Intrusion>, attacks: &[Attack]) -> Self {
        let mut planned: Vec<Connection> = plan
            .map(|plan| plan.steps.iter().flat_map(|step| &step.connections).chain(&plan.elsewhere).copied().collect())
            .unwrap_or_default();
        planned.extend(attacks.iter().flat_map(|attack| &attack.connections));
        planned.sort_by_key(|connection| connection.start);
        Self { world, span, planned, scale: 1.0, expander: Expander::default(), connections: Vec::new() }
    }

    /// All segments of connections that begin in the hour at `hour`.
    pub(crate) fn hour(&mut self, hour: u64, sink: &mut dyn FnMut(Segment)) {
        self.background(hour, sink);
        self.intrusion(hour, sink);
    }

    fn background(&mut self, hour: u64, sink: &mut dyn FnMut(Segment)) {
        let mut connections = std::mem::take(&mut self.connections);
        connections.clear();
        let seed = self.world.seed;
        let new_port = (hour >= events::new_port_since(self.span)).then_some(events::NEW_PORT);
        habits::hour(self.world, hour, self.scale, &mut Dice::new(&[seed, 0x4a, hour]), &mut connections);
        events::hour(self.world, self.span, hour, self.scale, &mut Dice::new(&[seed, 0xe7, hour]), &mut connections);
        noise::hour(self.world, hour, self.scale, new_port, &mut Dice::new(&[seed, 0x40, hour]), &mut connections);
        let mut dice = Dice::new(&[seed, 0x5e, hour]);
        for connection in &connections {
            self.expander.expand(self.world, connection, &mut dice, sink);
        }
        self.connections = connections;
    }

    /// Apart from the background, with its own chance, and whatever the scale.
    fn intrusion(&mut self, hour: u64, sink: &mut dyn FnMut(Segment)) {
        let mut dice = Dice::new(&[self.world.seed, 0x1c, hour]);
        let begin = self.planned.partition_point(|connection| connection.start < hour);
        let end = self.planned.partition_point(|connection| connection.start < hour + 3600);
        for connection in &self.planned[begin..end] {
            self.expander.expand(self.world, connection, &mut dice, sink);
        }
    }

    /// Finds the scale at which the whole span has about `records` records.
    pub(crate) fn calibrate(&mut self, records: u64) -> Result<(), SimulateError> {
        let hours: Vec<u64> = self.span.hours().collect();
        let mut fixed = 0;
        for hour in &hours {
            self.intrusion(*hour, &mut |_| fixed += 1);
        }
        // Lines that say that there was nothing are made later, three for a thousand records.
        let wanted = real(records) * 0.997 - real(fixed);
        let mut low = (0.0, 0.0);
        let mut high = (1.0, self.estimate(&hours, 1.0));
        // The number of records is nearly a straight line over the scale, bent where a machine needs at least one connection.
        for _ in 0..4 {
            let slope = (high.1 - low.1) / (high.0 - low.0);
            let next = (high.0 + (wanted - high.1) / slope).max(LEAST_SCALE / 2.0);
            if (next / high.0 - 1.0).abs() < 0.004 {
                break;
            }
            low = high;
            high = (next, self.estimate(&hours, next));
        }
        let slope = (high.1 - low.1) / (high.0 - low.0);
        let scale = high.0 + (wanted - high.1) / slope;
        if scale < LEAST_SCALE {
            let least = self.estimate(&hours, LEAST_SCALE);
            return Err(SimulateError::TooFewRecords { records, least: whole(least * 1.02) + fixed });
        }
        self.scale = scale;
        Ok(())
    }

    /// About how many records the background has at a scale.
    fn estimate(&mut self, hours: &[u64], scale: f64) -> f64 {
        self.scale = scale;
        let total = hours.len() as u64;
        // A stride without a common divisor with 24 and 7 meets every hour of the day and of the week alike.
        let stride = [1, 5, 11, 13, 17, 19, 23, 25].into_iter().rev().find(|stride| total / stride >= SAMPLE.min(total)).unwrap_or(1);
        let (mut count, mut tried) = (0_u64, 0_u64);
        let end = self.span.end;
        for hour in hours.iter().step_by(usize::try_from(stride).unwrap_or(1)) {
            self.background(*hour, &mut |segment| count += u64::from(segment.end() < end));
            tried += 1;
        }
        real(count) * real(total) / real(tried.max(1))
    }
}
