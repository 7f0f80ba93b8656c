//! Every read of the lake: sessions, panels, answers. The only crate that names DataFusion.
