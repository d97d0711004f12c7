package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.logging.RequestLog;
import io.grpc.StatusRuntimeException;
import io.netty.util.AttributeKey;
import java.util.Optional;

/**
 * The reasons for which requests are refused before they are a call of the service, which counts
 * its own.
 */
public final class Refusals {
  private static final AttributeKey<String> REASON = AttributeKey.valueOf(Refusals.class, "reason");
  private static final AttributeKey<Boolean> CALLED =
      AttributeKey.valueOf(Refusals.class, "called");

  private Refusals() {}

  /**
   * Records that an {@link HttpFace} refuses a request by itself.
   *
   * @param reason for programs, such as {@code MALFORMED_JSON}; one of few
   */
  public static void because(RequestContext request, String reason) {
    request.setAttr(REASON, reason);
  }

  /** Records that a request has reached a call. */
  static void hasReachedACall(RequestContext request) {
    request.setAttr(CALLED, true);
  }

  /** The reason for a request that was rejected before it reached a service. */
  static Optional<String> of(RequestLog log) {
    RequestContext request = log.context();
    String reason = request.attr(REASON);
    if (reason != null) {
      return Optional.of(reason);
    }
    if (log.responseCause() instanceof StatusRuntimeException error && !request.hasAttr(CALLED)) {
      String own = HttpFault.of(error).reason();
      return Optional.of(own.isEmpty() ? error.getStatus().getCode().name() : own);
    }
    return Optional.empty();
  }
}
