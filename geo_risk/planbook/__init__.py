"""The desk of visit plans: candidates gathered from the store, plans kept, changed and confirmed."""
