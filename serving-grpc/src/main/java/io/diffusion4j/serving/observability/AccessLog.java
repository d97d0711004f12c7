package io.diffusion4j.serving.observability;

import io.grpc.health.v1.HealthGrpc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A log with one line per call, as keys and values. Calls are logged at INFO, and health checks,
 * which are frequent, at DEBUG.
 */
public final class AccessLog implements ServingListener {
  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

  private final boolean prompts;

  /**
   * Creates a log.
   *
   * @param prompts whether lines contain the prompt, which may be private
   */
  public AccessLog(boolean prompts) {
    this.prompts = prompts;
  }

  @Override
  public void callEnded(CallEnd call) {
    boolean probe = call.method().startsWith(HealthGrpc.SERVICE_NAME + "/");
    var line =
        LOG.atLevel(probe ? Level.DEBUG : Level.INFO)
            .addKeyValue("request_id", call.id())
            .addKeyValue("principal", call.principal())
            .addKeyValue("method", call.method())
            .addKeyValue("code", call.code().name())
            .addKeyValue("milliseconds", call.time().toMillis());
    if (prompts && !call.prompt().isEmpty()) {
      line = line.addKeyValue("prompt", call.prompt());
    }
    line.log("call");
  }
}
