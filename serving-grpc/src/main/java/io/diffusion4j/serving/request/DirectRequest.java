package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.filter.Verdict;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.Recipe;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.Warning;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A request of the contract for a pipeline in this process. It is checked, completed with defaults
 * and encoded as in the service, but the caller draws it, without queue and stream. A server with
 * the same weights gives the same files.
 *
 * <pre>{@code
 * var request = DirectRequest.of(pipeline, asked);
 * var images =
 *     pipeline.draw(request.task(), request.settings(), request.noise(), SamplingListener.NONE);
 * byte[] png = request.file(0, images.get(0)).getData().toByteArray();
 * }</pre>
 */
public final class DirectRequest {
  private final ResolvedRequest resolved;

  private DirectRequest(ResolvedRequest resolved) {
    this.resolved = resolved;
  }

  /**
   * Checks a request and fills in its defaults.
   *
   * @throws IllegalArgumentException the message lists all faults
   */
  public static DirectRequest of(ImagePipeline pipeline, GenerateImagesRequest asked) {
    return of(pipeline, asked, UnaryOperator.identity(), Provenance.DECLARED);
  }

  /**
   * Checks a request and fills in its defaults. Error messages use the field names of the caller.
   *
   * @param names maps the path of a field in the contract to its name in messages
   * @param provenance the provenance marks of the image files
   * @throws IllegalArgumentException the message lists all faults
   */
  public static DirectRequest of(
      ImagePipeline pipeline,
      GenerateImagesRequest asked,
      UnaryOperator<String> names,
      Provenance provenance) {
    return checked(
        () -> {
          var resolver = new RequestResolver(new Models(Set.of(pipeline)), provenance, Set.of());
          return new DirectRequest(resolver.resolve(asked, names));
        });
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

  /** Returns the task to draw. */
  public ImageTask task() {
    return resolved.task();
  }

  /** Returns the sampling settings by stage name. */
  public Map<String, SamplingSettings> settings() {
    return resolved.stages();
  }

  /** Returns the noise of each image. */
  public List<NoiseSource> noise() {
    return resolved.noise(0, resolved.imageCount());
  }

  /** Returns warnings about options that are valid, but probably not intended. */
  public List<Warning> warnings() {
    return resolved.warnings();
  }

  /**
   * Returns the recipe that the file of an image contains.
   *
   * @param i which image of the request, from 0
   */
  public Recipe recipe(int i) {
    return resolved.recipe(i);
  }

  /**
   * Returns the file of an image with its recipe, or only the scores if a filter of the pipeline
   * refuses the image.
   *
   * @param i which image of the request, from 0
   * @throws io.diffusion4j.diffusion.filter.FilterException if a filter fails
   */
  public GeneratedImage file(int i, Image image) {
    return file(i, image, resolved.judge(List.of(image), Filters.Listener.NONE).get(0));
  }

  /**
   * Returns the file of an image that filters have judged, with its recipe, or only the scores if
   * it was refused.
   *
   * @param i which image of the request, from 0
   */
  public GeneratedImage file(int i, Image image, Verdict verdict) {
    return resolved.encode(i, image, OptionalDouble.empty(), verdict);
  }
}
