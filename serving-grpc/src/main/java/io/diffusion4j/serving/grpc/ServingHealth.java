package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.events.ServingListener;
import io.diffusion4j.serving.events.ServingListener.BatchEnd;
import io.diffusion4j.serving.model.Models;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code grpc.health.v1}: of the server (the empty name), of each service (its full name) and of
 * each model ({@value #MODEL_PREFIX} and its name).
 *
 * <p>A model that failed {@value #FAILURES} batches in a row is {@code NOT_SERVING} until it draws
 * one; it is asked all the same. A server that loads or that is shutting down serves nothing.
 */
public final class ServingHealth implements ServingListener {
  static final String MODEL_PREFIX = "diffusion4j.v1.model/";
  public static final int FAILURES = 3;

  private final HealthStatusManager health;
  private final List<String> known = new ArrayList<>();
  private final Map<String, Integer> failuresInARow = new ConcurrentHashMap<>();

  /** Health of these models. */
  @Inject
  ServingHealth(Models models, HealthStatusManager health) {
    this.health = health;
    knows(HealthStatusManager.SERVICE_NAME_ALL_SERVICES);
    models.names().forEach(name -> knows(MODEL_PREFIX + name));
  }

  /** What answers the questions. */
  BindableService service() {
    return health.getHealthService();
  }

  /** This is served when the server has started. */
  void knows(String name) {
    known.add(name);
  }

  /** All that is known is served from now on. */
  void begins() {
    known.forEach(this::serves);
  }

  private void serves(String name) {
    health.setStatus(name, ServingStatus.SERVING);
  }

  /** Nothing is served any more, for good. */
  void ends() {
    health.enterTerminalState();
  }

  @Override
  public void batchEnded(String model, int images, BatchEnd end) {
    switch (end) {
      case DRAWN -> {
        failuresInARow.remove(model);
        serves(MODEL_PREFIX + model);
      }
      case FAILED -> {
        if (failuresInARow.merge(model, 1, Integer::sum) >= FAILURES) {
          health.setStatus(MODEL_PREFIX + model, ServingStatus.NOT_SERVING);
        }
      }
      case STOPPED -> {} // says nothing of the model
    }
  }
}
