package io.diffusion4j.serving.config;

import io.diffusion4j.diffusion.argument.Check;

/**
 * The limits of stored jobs: their requests with pictures, and their results.
 *
 * @param bytes the bytes of all jobs, at least 1 MiB
 * @param ownerBytes the bytes of the jobs of one principal, at least 1 MiB
 */
public record StoreLimits(long bytes, long ownerBytes) {
  private static final long MIN_BYTES = 1L << 20;

  /** 10 GiB, of which one principal has at most 2 GiB. */
  public static final StoreLimits DEFAULT = new StoreLimits(10L << 30, 2L << 30);

  public StoreLimits {
    Check.that(bytes >= MIN_BYTES, "bytes", bytes, "≥ %s", MIN_BYTES);
    Check.that(ownerBytes >= MIN_BYTES, "ownerBytes", ownerBytes, "≥ %s", MIN_BYTES);
  }
}
