//! A believable company network as real log objects, inventory, lists and ground truth.
