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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code grpc.health.v1}: of the server (the empty name), of each service (its full name) and of
 * each model ({@value #MODEL_PREFIX} and its name).
 *
 * <p>A model that failed {@value #FAILURES} batches in a row, and cannot draw a picture of the
 * server's own either, is {@code NOT_SERVING} until it draws one; it is asked all the same. So
 * requests that a model cannot draw do not turn its health. A server none of whose models serves
 * does not serve, and neither does one that loads or that is shutting down.
 */
public final class ServingHealth implements ServingListener {
  /** Precedes the name of a model. */
  public static final String MODEL_PREFIX = "diffusion4j.v1.model/";

  public static final int FAILURES = 3;

  private final Models models;
  private final HealthStatusManager health;
  private final List<String> known = new ArrayList<>();
  private final Map<String, Integer> failuresInARow = new ConcurrentHashMap<>();
  private final Set<String> broken = ConcurrentHashMap.newKeySet();

  /** Health of these models. */
  @Inject
  ServingHealth(Models models, HealthStatusManager health) {
    this.models = models;
    this.health = health;
    knows(HealthStatusManager.SERVICE_NAME_ALL_SERVICES);
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
    models.names().forEach(name -> serves(MODEL_PREFIX + name));
  }

  private void serves(String name) {
    health.setStatus(name, ServingStatus.SERVING);
  }

  /** Other models are served under these names from now on, or none. */
  void modelsChanged(Set<String> names) {
    for (String name : names) {
      failuresInARow.remove(name);
      broken.remove(name);
      if (models.named(name).isPresent()) {
        serves(MODEL_PREFIX + name);
      } else {
        health.clearStatus(MODEL_PREFIX + name);
      }
    }
    if (!broken.containsAll(models.names())) {
      serves(HealthStatusManager.SERVICE_NAME_ALL_SERVICES);
    }
  }

  /** Nothing is served any more, for good. */
  void ends() {
    health.enterTerminalState();
  }

  @Override
  public void batchEnded(String model, int images, BatchEnd end) {
    switch (end) {
      case DRAWN -> draws(model);
      case FAILED -> {
        if (failuresInARow.merge(model, 1, Integer::sum) >= FAILURES) {
          probe(model);
        }
      }
      case STOPPED -> {} // says nothing of the model
    }
  }

  private void draws(String model) {
    failuresInARow.remove(model);
    if (broken.remove(model)) {
      serves(MODEL_PREFIX + model);
      serves(HealthStatusManager.SERVICE_NAME_ALL_SERVICES);
    }
  }

  /** On the thread that drew for the client last, so that there is never more than one for each. */
  private void probe(String model) {
    if (broken.contains(model)) {
      return;
    }
    if (models.named(model).filter(ModelProbe::draws).isPresent()) {
      failuresInARow.remove(model);
      return;
    }
    broken.add(model);
    health.setStatus(MODEL_PREFIX + model, ServingStatus.NOT_SERVING);
    if (broken.containsAll(models.names())) {
      health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
    }
  }
}
