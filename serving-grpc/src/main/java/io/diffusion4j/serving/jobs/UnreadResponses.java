package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.errors.Errors;
import java.util.HashMap;
import java.util.Map;

/**
 * The bytes of responses that their clients have not read yet. Thread-safe: its lock is the
 * innermost, since jobs end while theirs is held.
 */
final class UnreadResponses {
  private final long most;
  private final Map<String, Long> held = new HashMap<>(); // by principal

  /**
   * Creates an empty set.
   *
   * @param most the memory for jobs and responses together, in bytes
   */
  UnreadResponses(long most) {
    this.most = most;
  }

  /** Counts a response; see {@link JobRegistry#hold}. */
  synchronized Runnable hold(String owner, long bytes) {
    long own = held.getOrDefault(owner, 0L);
    long all = bytes();
    if ((own > 0 && own + bytes > most / 8)
        || (all > 0 && all + bytes > most / (own > 0 ? 4 : 2))) {
      throw Errors.SERVER_BUSY.error(most);
    }
    held.merge(owner, bytes, Long::sum);
    return () -> release(owner, bytes);
  }

  private synchronized void release(String owner, long bytes) {
    held.computeIfPresent(owner, (name, now) -> now > bytes ? Long.valueOf(now - bytes) : null);
  }

  /** Returns the bytes of all responses. */
  synchronized long bytes() {
    return held.values().stream().mapToLong(Long::longValue).sum();
  }
}
