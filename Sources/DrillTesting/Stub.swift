// DrillTesting
