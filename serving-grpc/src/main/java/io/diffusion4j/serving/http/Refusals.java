package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.logging.RequestLog;
import io.grpc.StatusRuntimeException;
import io.netty.util.AttributeKey;
import java.util.Optional;

/**
 * The reasons of requests that are refused before they become a call. The service counts refused
 * calls itself.
 */
public final class Refusals {
  private static final AttributeKey<String> REASON = AttributeKey.valueOf(Refusals.class, "reason");
  private static final AttributeKey<Boolean> CALLED =
      AttributeKey.valueOf(Refusals.class, "called");

  private Refusals() {}

  /**
   * Records that an {@link HttpApi} refused a request without a call.
   *
   * @param reason the machine-readable reason, such as {@code MALFORMED_JSON}; one of a small fixed
   *     set, so it can label a metric
   */
  public static void because(RequestContext request, String reason) {
    request.setAttr(REASON, reason);
  }

  /** Records that a request has become a call. */
  static void hasReachedACall(RequestContext request) {
    request.setAttr(CALLED, true);
  }

  /** Returns the reason of a request that was refused before it became a call, else empty. */
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
