// DrillWire
