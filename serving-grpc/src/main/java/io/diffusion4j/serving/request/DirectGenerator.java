package io.diffusion4j.serving.request;

import com.google.protobuf.util.Durations;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.Generation.Picture;
import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.client.ImageGenerator;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.request.ImageBatch.Drawn;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.Plan;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.StageUsage;
import io.diffusion4j.serving.v1.Usage;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The generation service of a pipeline in this process, on the calling thread: with the checks,
 * defaults and files of a server, but no queue, stream and previews. A server with the same weights
 * gives the same files.
 *
 * <pre>{@code
 * ImageGenerator generator = new DirectGenerator(pipeline, Provenance.DECLARED);
 * byte[] png = generator.generate(request, ProgressListener.NONE).images().get(0).png();
 * }</pre>
 *
 * <p>{@link #generateAll} draws the images of requests with equal settings as one batch. Use one at
 * a time, unless the pipeline is thread-safe. Does not close the pipeline.
 */
public final class DirectGenerator implements ImageGenerator {
  private final ImagePipeline pipeline;
  private final UnaryOperator<String> names;
  private final RequestResolver resolver;
  private SamplingListener observer = SamplingListener.NONE;
  private Consumer<List<Image>> images = drawn -> {};
  private List<NoiseSource> recorded = List.of();

  /** Creates a generator whose errors have the names of the contract. */
  public DirectGenerator(ImagePipeline pipeline, Provenance provenance) {
    this(pipeline, provenance, UnaryOperator.identity());
  }

  /**
   * Creates a generator.
   *
   * @param provenance the provenance marks of the image files
   * @param names maps the path of a field in the contract to its name in messages
   */
  public DirectGenerator(
      ImagePipeline pipeline, Provenance provenance, UnaryOperator<String> names) {
    this.pipeline = pipeline;
    this.names = names;
    this.resolver = new RequestResolver(new Models(Set.of(pipeline)), provenance, Set.of());
  }

  /** Passes each step of the sampling to an observer. */
  public void observe(SamplingListener other) {
    observer = other;
  }

  /** Passes the images of each batch on, unrounded, and before they are judged. */
  public void observeImages(Consumer<List<Image>> other) {
    images = other;
  }

  /**
   * Draws from recorded noise instead of seeds; files then have no recipes.
   *
   * @param noise the noise of each image of the next requests
   */
  public void record(List<NoiseSource> noise) {
    recorded = List.copyOf(noise);
  }

  /**
   * Checks a request and fills in its defaults.
   *
   * @throws IllegalArgumentException the message lists all faults
   */
  public ResolvedRequest resolve(GenerateImagesRequest asked) {
    return checked(() -> resolver.resolve(asked, names));
  }

  /**
   * Returns the sampling settings of each stage for a task.
   *
   * @param options the options by stage name; missing options get the default of the task
   * @param names maps the path of a field in the contract to its name in messages
   * @throws IllegalArgumentException the message lists all faults of the options
   */
  public static Map<String, SamplingSettings> settings(
      ImagePipeline pipeline,
      ImageTask task,
      Map<String, StageOptions> options,
      UnaryOperator<String> names) {
    return checked(() -> RequestResolver.settings(pipeline, task, options, names));
  }

  private static <T> T checked(Supplier<T> resolution) {
    try {
      return resolution.get();
    } catch (StatusRuntimeException e) {
      throw new IllegalArgumentException(String.valueOf(e.getStatus().getDescription()), e);
    }
  }

  @Override
  public List<Model> models() {
    return List.of(ModelMessages.of(pipeline, Set.of(), true));
  }

  @Override
  public Generation generate(GenerateImagesRequest request, ProgressListener listener) {
    List<Generation> drawn = new ArrayList<>();
    generateAll(List.of(request), listener, drawn::add);
    return drawn.get(0);
  }

  @Override
  public void generateAll(
      List<GenerateImagesRequest> requests, ProgressListener listener, Consumer<Generation> drawn) {
    List<ResolvedRequest> resolved =
        requests.stream()
            .map(one -> recorded.isEmpty() ? one : withoutRecipe(one.toBuilder()))
            .map(this::resolve)
            .toList();
    var clock = new Clock(listener);
    SortedMap<Integer, GeneratedImage> files = new TreeMap<>(); // by their places
    for (ImageBatch batch : ImageBatch.of(resolved)) {
      List<NoiseSource> noise =
          batch.images().stream()
              .map(slot -> recorded.isEmpty() ? slot.noise() : recorded.get(slot.place()))
              .toList();
      List<Drawn> few = batch.draw(noise, clock, Filters.Listener.NONE);
      images.accept(few.stream().map(Drawn::image).toList());
      few.forEach(
          one -> files.put(one.slot().place(), one.encode(OptionalDouble.empty()).message()));
    }
    Iterator<GeneratedImage> inOrder = files.values().iterator();
    Usage usage = clock.usage(); // of all requests, and counted once
    for (ResolvedRequest request : resolved) {
      List<Picture> pictures = new ArrayList<>();
      for (int i = 0; i < request.imageCount(); i++) {
        GeneratedImage file = inOrder.next();
        pictures.add(new Picture(file.getMetadata(), file.getData().toByteArray()));
      }
      var plan = Plan.newBuilder().setRequest(request.request()).build();
      drawn.accept(
          new Generation(request.id(), plan, pictures, List.of(), request.warnings(), usage));
      usage = Usage.getDefaultInstance();
    }
  }

  private static GenerateImagesRequest withoutRecipe(GenerateImagesRequest.Builder request) {
    request.getOutputBuilder().setEmbedRecipe(false);
    return request.build();
  }

  /** Does nothing: the pipeline belongs to the caller. */
  @Override
  public void close() {}

  /** Measures the stages, and reports the steps. */
  private final class Clock implements SamplingListener {
    private final ProgressListener listener;
    private final Map<String, Long> nanos = new LinkedHashMap<>();
    private final long begin = System.nanoTime();
    private long start = begin;

    Clock(ProgressListener listener) {
      this.listener = listener;
    }

    @Override
    public void onProgress(SamplingListener.Progress at) {
      listener.onProgress(
          io.diffusion4j.serving.v1.Progress.newBuilder()
              .setStage(at.stage())
              .setStep(at.step())
              .setSteps(at.steps())
              .build());
      observer.onProgress(at);
      if (at.step() == 0) {
        start = System.nanoTime();
      } else if (at.step() == at.steps()) {
        nanos.merge(at.stage(), System.nanoTime() - start, Long::sum);
      }
    }

    Usage usage() {
      var usage = Usage.newBuilder().setRunTime(Durations.fromNanos(System.nanoTime() - begin));
      nanos.forEach(
          (stage, time) ->
              usage.addStages(
                  StageUsage.newBuilder().setStage(stage).setTime(Durations.fromNanos(time))));
      return usage.build();
    }
  }
}
