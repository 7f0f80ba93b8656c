//! What the inventory says of the interfaces in a batch, asked once for each interface and span of time.

use ahash::AHashMap;
use flow::{Address, Column, FlowBatch, Symbol, TimeRange, Timestamp};

use super::{completed, time_of};
use crate::inventory::{Dated, Interface, Inventory};
use crate::permit::InterfaceRules;

/// No context, in the chains.
const NONE: u32 = u32::MAX;

/// An interface, or whatever stands for it, in a span in which nothing of it changes.
#[derive(Debug)]
struct Context<'a> {
    span: TimeRange,
    /// Another span of the same interface.
    next: u32,
    interface: Option<Dated<&'a Interface>>,
    primary: Option<Address>,
    /// The instance it was attached to.
    instance: Option<Symbol>,
    account: Option<Symbol>,
    vpc: Option<Symbol>,
    subnet: Option<Symbol>,
    /// Index into `rules`, `Some(None)` when nothing can be told from them; absent until somebody asks.
    rules: Option<Option<usize>>,
}

/// The contexts of a batch.
#[derive(Debug)]
pub(super) struct Contexts<'a> {
    inventory: &'a Inventory,
    contexts: Vec<Context<'a>>,
    /// First context of each interface, by the index of its symbol.
    heads: Vec<u32>,
    /// Rules of interfaces that share their groups, by the groups and the start of the span.
    rules: Vec<InterfaceRules>,
    shared_rules: AHashMap<(Timestamp, Vec<&'a str>), Option<usize>>,
}

impl<'a> Contexts<'a> {
    pub(super) fn new(inventory: &'a Inventory) -> Self {
        let nowhere = Context {
            span: TimeRange::new(Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX)),
            next: NONE,
            interface: None,
            primary: None,
            instance: None,
            account: None,
            vpc: None,
            subnet: None,
            rules: Some(None),
        };
        Self {
            inventory,
            // The first stands for every record without an interface.
            contexts: vec![nowhere],
            heads: Vec::new(),
            rules: Vec::new(),
            shared_rules: AHashMap::new(),
        }
    }

    /// The context of a record.
    #[inline]
    pub(super) fn of(&mut self, batch: &mut FlowBatch, row: usize) -> u32 {
        let Some(interface) = batch.interface_id.get(row) else { return 0 };
        let at = time_of(batch, row);
        let mut index = self.heads.get(interface.index()).copied().unwrap_or(NONE);
        while let Some(context) = self.contexts.get(index as usize) {
            if context.span.contains(at) {
                return index;
            }
            index = context.next;
        }
        self.look_up(batch, interface, at)
    }

    #[cold]
    fn look_up(&mut self, batch: &mut FlowBatch, symbol: Symbol, at: Timestamp) -> u32 {
        let interface = self.inventory.interface_at(batch.symbols.text(symbol), at);
        let known = interface.map(|dated| dated.value);
        let mut intern = |text: Option<&str>| text.map(|text| batch.symbols.intern(text));
        let instance = intern(known.and_then(Interface::instance_id));
        let account = intern(known.and_then(|interface| interface.account.as_deref()));
        let vpc = intern(known.and_then(|interface| interface.vpc_id.as_deref()));
        let subnet = intern(known.and_then(|interface| interface.subnet_id.as_deref()));
        if self.heads.len() <= symbol.index() {
            self.heads.resize(symbol.index() + 1, NONE);
        }
        // A batch never holds four thousand million interfaces.
        let index = u32::try_from(self.contexts.len()).unwrap_or(0);
        let next = std::mem::replace(&mut self.heads[symbol.index()], index);
        let span = self.inventory.epoch(at);
        let primary = known.and_then(Interface::primary_address);
        self.contexts.push(Context { span, next, interface, primary, instance, account, vpc, subnet, rules: None });
        index
    }

    /// The entity of a record: the instance, else what the record names.
    #[inline]
    pub(super) fn entity(&self, batch: &mut FlowBatch, row: usize, context: u32) -> Symbol {
        let context = &self.contexts[context as usize];
        let named = || batch.instance_id.get(row);
        let instance = match (context.instance, &context.interface) {
            // What the record says is of its own time, and what is assumed is not.
            (Some(instance), Some(dated)) if dated.assumed => named().or(Some(instance)),
            (Some(instance), _) => Some(instance),
            (None, _) => named(),
        };
        let known =
            instance.or_else(|| batch.interface_id.get(row)).or_else(|| batch.resource_id.get(row)).or_else(|| batch.account_id.get(row));
        // Interned late, so that batches without such records do not carry the word.
        known.unwrap_or_else(|| batch.symbols.intern("unknown"))
    }

    /// The interface as the inventory knows it, and its primary address.
    #[inline]
    pub(super) fn interface(&self, context: u32) -> (Option<&'a Interface>, Option<Address>) {
        let context = &self.contexts[context as usize];
        (context.interface.map(|dated| dated.value), context.primary)
    }

    /// The security-group rules of the interface, when all of them were known at the time.
    #[inline]
    pub(super) fn rules(&mut self, context: u32) -> Option<&InterfaceRules> {
        let known = match self.contexts[context as usize].rules {
            Some(known) => known,
            None => self.find_rules(context),
        };
        known.map(|index| &self.rules[index])
    }

    #[cold]
    fn find_rules(&mut self, context: u32) -> Option<usize> {
        let Context { interface, span, .. } = &self.contexts[context as usize];
        let found = match interface {
            Some(dated) if !dated.assumed && !dated.value.security_groups.is_empty() => {
                let groups: Vec<&'a str> = dated.value.security_groups.iter().map(|group| group.id.as_str()).collect();
                let at = span.from;
                let (inventory, rules) = (self.inventory, &mut self.rules);
                *self.shared_rules.entry((at, groups.clone())).or_insert_with(|| {
                    let compiled = InterfaceRules::compile(inventory, groups.into_iter(), at)?;
                    rules.push(compiled);
                    Some(rules.len() - 1)
                })
            }
            _ => None,
        };
        self.contexts[context as usize].rules = Some(found);
        found
    }

    /// Fills account, VPC and subnet where records from `first` on lack them; `context` gives the context of a row.
    pub(super) fn complete(&self, batch: &mut FlowBatch, first: usize, context: impl Fn(usize) -> u32) {
        let len = batch.len();
        let fill = |column: &mut Column<Symbol>, value: fn(&Context<'a>) -> Option<Symbol>| {
            // Nothing to do in the common cases: every record has a value, or no interface is known.
            if column.dense(len).is_none() && self.contexts.iter().any(|context| value(context).is_some()) {
                *column = completed(column, len, first, |row| value(&self.contexts[context(row) as usize]));
            }
        };
        fill(&mut batch.account_id, |context| context.account);
        fill(&mut batch.vpc_id, |context| context.vpc);
        fill(&mut batch.subnet_id, |context| context.subnet);
    }
}
