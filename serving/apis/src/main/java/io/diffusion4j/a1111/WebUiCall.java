package io.diffusion4j.a1111;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.util.Durations;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.grpc.PictureWorkers;
import io.diffusion4j.serving.http.ImageChunks;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.request.Resizer;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.Preview;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A running request: its images, its progress for polling clients, and its response. */
final class WebUiCall
    implements ClientResponseObserver<GenerateImagesRequest, StreamGenerateImagesResponse> {
  private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyyMMddHHmmss");

  private final SdRequest asked;
  private final ObjectNode parameters;
  private final Resizer resizer;
  private final PictureWorkers workers;
  private final ServiceRequestContext context;
  private final String begun = TIMESTAMP.format(LocalDateTime.now(ZoneOffset.UTC));
  private final CompletableFuture<HttpResponse> answer = new CompletableFuture<>();

  // Guarded by this.
  private final ImageChunks files = new ImageChunks();
  private final List<Drawn> drawn = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private Progress progress = Progress.getDefaultInstance();
  private @Nullable Preview preview;
  private boolean interrupted;
  private Runnable cancel = () -> {};

  /** An image that is done. */
  private record Drawn(ImageMetadata metadata, byte[] file) {}

  /**
   * Creates a request that is not sent yet.
   *
   * @param parameters the parameters as they came
   */
  WebUiCall(
      SdRequest asked,
      ObjectNode parameters,
      Resizer resizer,
      PictureWorkers workers,
      ServiceRequestContext context) {
    this.asked = asked;
    this.resizer = resizer;
    this.workers = workers;
    this.parameters = parameters;
    this.context = context;
  }

  /** Calls the service; a client that disconnects cancels the call. */
  CompletableFuture<HttpResponse> begin(Channel service) {
    GenerationServiceGrpc.newStub(service).streamGenerateImages(asked.request(), this);
    boolean early;
    synchronized (this) {
      early = interrupted;
    }
    if (early) { // before there was a call to cancel
      interrupt();
    }
    return answer;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<GenerateImagesRequest> call) {
    synchronized (this) {
      cancel = () -> call.cancel("interrupted", null);
    }
    JsonApi.cancelWith(context, call);
  }

  /** Stops the request, whose response then has the finished images. */
  void interrupt() {
    Runnable stop;
    synchronized (this) {
      interrupted = true;
      stop = cancel;
    }
    stop.run();
  }

  @Override
  public synchronized void onNext(StreamGenerateImagesResponse event) {
    switch (event.getEventCase()) {
      case PROGRESS -> progress = event.getProgress();
      case PREVIEW -> preview = event.getPreview();
      case IMAGE_CHUNK -> files.add(event.getImageChunk());
      case FINISHED ->
          event
              .getFinished()
              .getFailuresList()
              .forEach(failure -> failures.add(failure.getError().getMessage()));
      case IMAGE_DONE -> {
        ImageMetadata metadata = event.getImageDone().getMetadata();
        byte[] file = metadata.hasRefusal() ? black(metadata) : files.take(metadata.getIndex());
        drawn.add(new Drawn(metadata, file));
      }
      default -> {} // for which this API has no field
    }
  }

  /** Returns the file in place of an image that a filter refused. */
  private static byte[] black(ImageMetadata metadata) {
    float[] pixels = new float[3 * metadata.getWidth() * metadata.getHeight()];
    Arrays.fill(pixels, -1);
    return Png.encode(new Image(metadata.getWidth(), metadata.getHeight(), pixels), Map.of());
  }

  @Override
  public void onError(Throwable error) {
    boolean stopped;
    synchronized (this) {
      stopped = interrupted && Status.fromThrowable(error).getCode() == Status.Code.CANCELLED;
    }
    if (stopped) {
      complete();
    } else {
      answer.completeExceptionally(error);
    }
  }

  @Override
  public void onCompleted() {
    complete();
  }

  private void complete() {
    List<Drawn> all;
    List<String> failed;
    synchronized (this) {
      all = List.copyOf(drawn);
      failed = List.copyOf(failures);
    }
    workers.respond(() -> response(all, failed), answer);
  }

  private HttpResponse response(List<Drawn> all, List<String> failed) {
    ObjectNode body = JsonApi.object();
    ArrayNode images = body.putArray("images");
    if (asked.sends()) {
      all.forEach(
          image ->
              images.add(
                  Base64.getEncoder().encodeToString(resizer.fit(image.file(), asked.size()))));
    }
    body.set("parameters", parameters);
    ObjectNode info = info(all);
    failed.forEach(info.putArray("failures")::add);
    body.put("info", info.toString());
    return JsonApi.json(HttpStatus.OK, body);
  }

  /** Returns the web UI's description of the images. */
  private ObjectNode info(List<Drawn> all) {
    GenerateImagesRequest request = asked.request();
    PromptSpec prompt = Infotext.prompt(request);
    ObjectNode info = JsonApi.object().put("prompt", prompt.getText());
    ArrayNode prompts = info.putArray("all_prompts");
    info.put("negative_prompt", prompt.getNegativeText());
    ArrayNode negatives = info.putArray("all_negative_prompts");
    info.put("seed", request.getSeeds(0));
    ArrayNode seeds = info.putArray("all_seeds");
    info.put("width", asked.size().width());
    info.put("height", asked.size().height());
    info.put("sampler_name", asked.sampler());
    info.put("cfg_scale", asked.scale());
    info.put("steps", asked.steps());
    info.put("batch_size", asked.batchSize());
    info.put("sd_model_name", request.getModel());
    if (request.hasImageToImage()) {
      info.put("denoising_strength", request.getImageToImage().getStrength());
    }
    ArrayNode texts = info.putArray("infotexts");
    ArrayNode refusals = info.putArray("refusals");
    for (Drawn image : all) {
      refusals.add(image.metadata().getRefusal().getMessage());
      prompts.add(prompt.getText());
      negatives.add(prompt.getNegativeText());
      seeds.add(image.metadata().getSeed());
      texts.add(Infotext.of(Recipes.fromJson(image.metadata().getRecipe())));
    }
    info.put("index_of_first_image", 0);
    info.put("job_timestamp", begun);
    return info;
  }

  /**
   * Returns the progress.
   *
   * @param withImage whether it contains the preview
   */
  synchronized ObjectNode progress(boolean withImage, int unanswered) {
    ObjectNode json = progress(progress, begun, interrupted, drawn.size(), unanswered);
    if (withImage && preview != null) {
      json.put(
          "current_image", Base64.getEncoder().encodeToString(preview.getData().toByteArray()));
    }
    return json;
  }

  /** Returns the progress of a principal that has no request. */
  static ObjectNode idle() {
    return progress(Progress.getDefaultInstance(), "0", false, 0, 0);
  }

  private static ObjectNode progress(
      Progress at, String begun, boolean interrupted, int drawn, int unanswered) {
    ObjectNode json =
        JsonApi.object()
            .put("progress", (double) at.getImageStepsDone() / Math.max(1, at.getImageSteps()))
            .put("eta_relative", Durations.toSecondsAsDouble(at.getRemaining()));
    json.putObject("state")
        .put("skipped", false)
        .put("interrupted", interrupted)
        .put("job", at.getStage())
        .put("job_count", unanswered)
        .put("job_timestamp", begun)
        .put("job_no", drawn)
        .put("sampling_step", at.getStep())
        .put("sampling_steps", at.getSteps());
    return json.putNull("current_image").putNull("textinfo");
  }
}
