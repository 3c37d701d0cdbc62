import Testing

/// Everything that needs the real lab; one at a time, since they break it.
@Suite(.serialized) struct LabTests {}
