/* migrate-compute.h - what plugins for clusters, and for what brings clusters of
 * its own along, have to know in common.
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef MIGRATE_COMPUTE_H
#define MIGRATE_COMPUTE_H

/* References, with their commas, of a path that may lie in somebody's home: whoever
 * is called otherwise in the target has another one there.  Of somebody who is not
 * moved the path stays as it is. */
#define MIGRATE_IN_HOME(path_, where) \
  { .path = path_, .ns = "principal.home", .on_missing = MIGRATE_KEEP, \
    .prefix = where }
#define MIGRATE_IN_HOMES(path_) \
  MIGRATE_IN_HOME (path_, "/Users/"), \
  MIGRATE_IN_HOME (path_, "/Workspace/Users/"), \
  MIGRATE_IN_HOME (path_, "/Repos/"), \
  MIGRATE_IN_HOME (path_, "/Workspace/Repos/")

/* Values, with their commas, of what a cluster names outside: where its
 * init scripts lie and its logs go, whatever stores them, and its image. */
#define MIGRATE_CLUSTER_PLACES(cluster) \
  { cluster "init_scripts[*].*.destination", MIGRATE_VALUE_PATH }, \
  { cluster "cluster_log_conf.*.destination", MIGRATE_VALUE_PATH }, \
  { cluster "docker_image.url", MIGRATE_VALUE_URL }

/* The places of a library that name a file; X as below. */
#define MIGRATE_LIBRARY_FILES(X) X ("jar") X ("egg") X ("whl") X ("requirements")

/* A pool's machines are described by the pool, and a create of a cluster with
 * 'instance_pool_id' refuses to hear of them again.  X is a macro that takes the
 * path of a member, from the cluster on, and makes a row of a table of it, its
 * comma included:
 *
 *   #define ROW(path) { path, "instance_pool_id" },
 *   static const struct migrate_derived derived[] = {
 *     MIGRATE_POOL_DECIDES (ROW) { NULL, NULL },
 *   };
 *
 * Source: the reference of the Clusters API, and what its clients leave out. */
#define MIGRATE_POOL_DECIDES(X) \
  X ("node_type_id") X ("driver_node_type_id") \
  X ("driver_node_type_flexibility") X ("worker_node_type_flexibility") \
  X ("enable_elastic_disk") \
  X ("aws_attributes.availability") X ("aws_attributes.zone_id") \
  X ("aws_attributes.first_on_demand") \
  X ("aws_attributes.spot_bid_price_percent") \
  X ("aws_attributes.ebs_volume_type") X ("aws_attributes.ebs_volume_count") \
  X ("aws_attributes.ebs_volume_size") X ("aws_attributes.ebs_volume_iops") \
  X ("aws_attributes.ebs_volume_throughput") \
  X ("azure_attributes") \
  X ("gcp_attributes.availability") X ("gcp_attributes.zone_id") \
  X ("gcp_attributes.first_on_demand") \
  X ("gcp_attributes.use_preemptible_executors") \
  X ("gcp_attributes.boot_disk_size") X ("gcp_attributes.local_ssd_count") \
  X ("gcp_attributes.confidential_compute_type")

#endif
