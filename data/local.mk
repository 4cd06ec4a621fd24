machinesdir = $(pkgdatadir)/machines
dist_machines_DATA = data/machines/m2.yaml data/machines/m2sim.yaml data/machines/small.yaml
