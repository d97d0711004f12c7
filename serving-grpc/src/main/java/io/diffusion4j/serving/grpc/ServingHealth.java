package io.diffusion4j.serving.grpc;

import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.observability.ServingListener;
import io.diffusion4j.serving.observability.ServingListener.BatchEnd;
import io.diffusion4j.serving.request.DirectGenerator;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.TextToImageTask;
import io.diffusion4j.serving.v1.UnconditionalTask;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code grpc.health.v1}: of the server (the empty name), of each service (its full name) and of
 * each model ({@value #MODEL_PREFIX} and its name).
 *
 * <p>A model that fails {@value #FAILURES} batches in a row and then the test image of {@link
 * ModelProbe} is {@code NOT_SERVING} until it draws a batch. It still receives requests meanwhile.
 * Requests that a working model cannot draw therefore do not change its health. The server is
 * {@code NOT_SERVING} while it loads or shuts down, and while none of its models serves.
 */
public final class ServingHealth implements ServingListener {
  /** The prefix of a model's name. */
  public static final String MODEL_PREFIX = "diffusion4j.v1.model/";

  /** The number of consecutive failed batches after which a model is tested. */
  public static final int FAILURES = 3;

  private final Models models;
  private final HealthStatusManager health;
  private final List<String> known = new ArrayList<>();
  private final Map<String, Integer> failuresInARow = new ConcurrentHashMap<>();
  private final Set<String> broken = ConcurrentHashMap.newKeySet();

  /** Creates the health of a server that does not serve yet. */
  @Inject
  ServingHealth(Models models, HealthStatusManager health) {
    this.models = models;
    this.health = health;
    knows(HealthStatusManager.SERVICE_NAME_ALL_SERVICES);
  }

  /** Returns the gRPC service that reports the health. */
  BindableService service() {
    return health.getHealthService();
  }

  /** Registers the name of a service, which is {@code SERVING} once the server has started. */
  void knows(String name) {
    known.add(name);
  }

  /** Sets all registered services and all models to {@code SERVING}. */
  void begins() {
    known.forEach(this::serves);
    models.names().forEach(name -> serves(MODEL_PREFIX + name));
  }

  private void serves(String name) {
    health.setStatus(name, ServingStatus.SERVING);
  }

  /** Resets the health of models that were added, replaced or removed under these names. */
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
    updateServer();
  }

  /** Sets the health of the server: it serves while one of its models does. */
  private void updateServer() {
    health.setStatus(
        HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
        broken.containsAll(models.names()) ? ServingStatus.NOT_SERVING : ServingStatus.SERVING);
  }

  /** Sets everything to {@code NOT_SERVING} for good. */
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
      case STOPPED -> {} // does not indicate a fault of the model
    }
  }

  private void draws(String model) {
    failuresInARow.remove(model);
    if (broken.remove(model)) {
      serves(MODEL_PREFIX + model);
      updateServer();
    }
  }

  /** Tests a model on the thread of its failed batch. */
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
    updateServer();
  }

  /**
   * A test image of the server's own. It distinguishes a broken model from requests that a working
   * model cannot draw.
   */
  private static final class ModelProbe {
    private static final Logger LOG = LoggerFactory.getLogger(ModelProbe.class);
    private static final String PROMPT = "a red circle";

    private ModelProbe() {}

    /**
     * Returns whether the model draws a test image. Models that can draw neither from a prompt nor
     * unconditionally fail.
     */
    static boolean draws(ImagePipeline model) {
      try {
        var generator = new DirectGenerator(model, Provenance.DECLARED);
        var drawn = // NaN cannot be encoded, nor scored
            generator
                .generate(request(model.card().tasks()), ProgressListener.NONE)
                .images()
                .get(0);
        return drawn.isRefused() || drawn.png().length > 0;
      } catch (RuntimeException e) {
        LOG.atError()
            .addKeyValue("model", model.card().name())
            .setCause(e)
            .log("the model failed to draw the test image of the server");
        return false;
      }
    }

    private static GenerateImagesRequest request(Set<ImageTask.Kind> tasks) {
      var request = GenerateImagesRequest.newBuilder().addSeeds(1);
      return tasks.contains(ImageTask.Kind.TEXT_TO_IMAGE)
          ? request
              .setTextToImage(
                  TextToImageTask.newBuilder().setPrompt(PromptSpec.newBuilder().setText(PROMPT)))
              .build()
          : request.setUnconditional(UnconditionalTask.getDefaultInstance()).build();
    }
  }
}
