package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A log with one line per HTTP response, including refusals. Responses are logged at INFO, and
 * health checks at DEBUG. {@link io.diffusion4j.serving.observability.AccessLog} logs the details
 * of calls.
 */
final class HttpAccessLog {
  private static final Logger LOG = LoggerFactory.getLogger(HttpAccessLog.class);
  private static final AttributeKey<String> PRINCIPAL =
      AttributeKey.valueOf(HttpAccessLog.class, "principal");

  /** W3C Trace Context, §3.2: version, trace, parent, flags. */
  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");

  private final Consumer<String> refusals;

  /**
   * Creates a log.
   *
   * @param refusals receives the machine-readable reason of each request that was refused before it
   *     reached a service
   */
  HttpAccessLog(Consumer<String> refusals) {
    this.refusals = refusals;
  }

  /** Records the name of the principal that sent a request. */
  static void isFrom(RequestContext request, String principal) {
    request.setAttr(PRINCIPAL, principal);
  }

  /** Logs a complete response. */
  void write(RequestLog log) {
    var ctx = (ServiceRequestContext) log.context();
    Refusals.of(log).ifPresent(refusals);
    String principal = ctx.attr(PRINCIPAL);
    RequestHeaders headers = log.requestHeaders();
    boolean probe = ctx.path().startsWith(HeaderAccess.HEALTH);
    var line =
        LOG.atLevel(probe ? Level.DEBUG : Level.INFO)
            .addKeyValue("address", ctx.clientAddress().getHostAddress())
            .addKeyValue("trace_id", traceId(headers))
            .addKeyValue("principal", principal == null ? "" : principal)
            .addKeyValue("method", headers.method().name())
            .addKeyValue("path", ctx.path())
            .addKeyValue("status", log.responseHeaders().status().code())
            .addKeyValue("request_bytes", log.requestLength())
            .addKeyValue("response_bytes", log.responseLength())
            .addKeyValue("milliseconds", Duration.ofNanos(log.totalDurationNanos()).toMillis());
    line.log("answer");
  }

  private static String traceId(RequestHeaders headers) {
    var trace = TRACEPARENT.matcher(headers.get("traceparent", ""));
    return trace.matches() ? trace.group(1) : "";
  }
}
