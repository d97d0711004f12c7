package io.diffusion4j.jobs;

/**
 * The identity of a job.
 *
 * @param owner the name of the principal who created it
 * @param id its UUID, unique among the jobs of the owner
 */
record JobKey(String owner, String id) {}
