package io.diffusion4j.distributed;

import io.diffusion4j.diffusion.argument.Check;
import java.time.Duration;

/**
 * The time for which a process waits for the others.
 *
 * @param toMeet for all of them to come
 * @param toAnswer for a sum; must be longer than any of them takes to save a state
 */
public record PeerTimeout(Duration toMeet, Duration toAnswer) {
  /** Ten minutes to meet, and two to answer. */
  public static final PeerTimeout DEFAULT =
      new PeerTimeout(Duration.ofMinutes(10), Duration.ofMinutes(2));

  public PeerTimeout {
    Check.that(toMeet.compareTo(Duration.ZERO) > 0, "patience", toMeet, "> 0");
    Check.that(toAnswer.compareTo(Duration.ZERO) > 0, "peer-timeout", toAnswer, "> 0");
  }
}
