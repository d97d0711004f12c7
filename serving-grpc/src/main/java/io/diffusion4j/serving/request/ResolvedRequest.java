package io.diffusion4j.serving.request;

import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.denoiser.Reuse;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.filter.Verdict;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.SourceType;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.ImageRefusal;
import io.diffusion4j.serving.v1.Moderation;
import io.diffusion4j.serving.v1.Recipe;
import io.diffusion4j.serving.v1.Warning;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A valid request with all of its defaults.
 *
 * @param request the request as a message; sent again, it gives the same pixels
 * @param asked the request as received, with its id
 * @param task the task, with its images decoded
 * @param pixelBytes the bytes of these images in memory
 * @param model the requested model, as the server lists it
 * @param engine the pipeline that draws: the model, or a variant of it with low-rank updates
 * @param card the card of the engine
 * @param stages the sampling settings by stage name
 * @param steps the steps per image by name of each stage that the task needs
 * @param warnings options that are valid, but probably not intended
 * @param provenance the provenance marks of the image files
 * @param filters the filters that judge the images
 */
public record ResolvedRequest(
    GenerateImagesRequest request,
    GenerateImagesRequest asked,
    ImageTask task,
    long pixelBytes,
    ImagePipeline model,
    ImagePipeline engine,
    ModelCard card,
    Map<String, SamplingSettings> stages,
    Map<String, Integer> steps,
    List<Warning> warnings,
    Provenance provenance,
    Filters filters) {
  /** The name and version of this software in recipes. */
  public static final String SOFTWARE = "Diffusion4J " + version();

  private static final long PIXELS_OF_NONE = 1024;
  private static final int BYTES_PER_PIXEL = 3;

  /** The share of a U-Net's work in the layers above its deep features: 4 to 15 %. */
  private static final double SHALLOW_STEP = 0.125;

  /** The rest of an image file, such as marks, and its metadata. */
  private static final int BYTES_AROUND = 16 << 10;

  /** A recipe in JSON, with the input images in Base64, by the size of its message. */
  private static final int BYTES_IN_RECIPE = 2;

  private static String version() {
    var properties = new Properties();
    try (InputStream in = ResolvedRequest.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  /** Returns the request id. */
  public String id() {
    return request.getRequestId();
  }

  /** Returns the options of the stages, which are equal for requests with equal settings. */
  Map<String, ?> options() {
    return request.getStagesMap();
  }

  /** Returns the prompt of the request; empty if there is none. */
  public String words() {
    if (request.hasTextDiff()) {
      return request.getTextDiff().getFromText() + " → " + request.getTextDiff().getToText();
    }
    return Tasks.texts(request).entrySet().stream()
        .filter(text -> text.getKey().endsWith(".prompt.text"))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  /** Returns whether another request is a repetition of this one. */
  public boolean isRepeated(ResolvedRequest other) {
    return asked.equals(other.asked);
  }

  /** Returns the size of the request in memory, as received and as resolved, in bytes. */
  public long bytes() {
    return (long) asked.getSerializedSize() + request.getSerializedSize() + pixelBytes;
  }

  /** Returns the priority; higher ranks run first. */
  public int rank() {
    return request.getPriority().getNumber();
  }

  /** Returns the number of steps between two previews; 0 for none. */
  public int previewEverySteps() {
    return request.getPreview().getEverySteps();
  }

  /** Returns the index of the first image. */
  public int firstImage() {
    return request.getFirstImage();
  }

  /** Returns the number of images. */
  public int imageCount() {
    return request.getImageCount();
  }

  /** Returns the seed of image {@code first_image + i}. */
  public ImageSeed seed(int i) {
    return ImageSeed.ofImage(request.getFirstImage() + i, request.getSeedsList());
  }

  /** Returns the recipe of image {@code first_image + i}: a request for this image alone. */
  public Recipe recipe(int i) {
    ImageSeed seed = seed(i);
    GenerateImagesRequest alone =
        request.toBuilder()
            .clearRequestId()
            .clearPriority()
            .clearPreview()
            .setModeration(inRecipe(request.getModeration()))
            .clearSeeds()
            .addSeeds(seed.seed())
            .setFirstImage(seed.stream())
            .setImageCount(1)
            .build();
    return Recipe.newBuilder()
        .setRequest(alone)
        .setWeightsDigest(card.identity().weightsDigest())
        .setSoftware(SOFTWARE)
        .addAllParts(ModelParts.of(card, alone.getStagesMap().values()))
        .setPublishedModel(card.identity().published())
        .setPrecision(card.identity().precision())
        .setEngine(card.identity().engine())
        .addAllFilters(FilterMessages.of(filters))
        .build();
  }

  /**
   * Returns the moderation that a recipe contains. Moderation does not change the pixels; only a
   * lenient one is kept, so that a replay is judged in the same way.
   */
  private static Moderation inRecipe(Moderation moderation) {
    return moderation == Moderation.MODERATION_LOW ? moderation : Moderation.MODERATION_UNSPECIFIED;
  }

  /** Judges images of this request. */
  public List<Verdict> judge(List<Image> images, Filters.Listener listener) {
    return filters.judge(images, FilterMessages.moderation(request.getModeration()), listener);
  }

  /** Returns the steps per image in a stage; 0 if the task does not need the stage. */
  public int steps(Stage stage) {
    return steps.getOrDefault(stage.name(), 0);
  }

  /** Returns steps times images, by name of each stage that the task needs. */
  public Map<String, Long> imageStepsByStage() {
    return steps.entrySet().stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, stage -> (long) imageCount() * stage.getValue()));
  }

  /** Returns the sum of steps times images over all stages. */
  public long imageSteps() {
    return imageStepsByStage().values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Returns the cost in megapixel steps: the sum over all stages of images × steps (resampling
   * included) × pixels of the stage × evaluations of the network in a step, of which guidance needs
   * two or three. A stage without pixels counts as {@value #PIXELS_OF_NONE} pixels, and a step that
   * reuses deep features as {@value #SHALLOW_STEP} of a step.
   */
  public double cost() {
    double pixelSteps = 0;
    for (Stage stage : card.stages()) {
      SamplingSettings settings = stages.get(stage.name());
      Pixels size = size(stage);
      long pixels = size.areDrawn() ? pixels(size) : PIXELS_OF_NONE;
      int passes = settings == null ? 1 : settings.evaluations();
      pixelSteps += wholeSteps(settings, steps(stage)) * pixels * passes;
    }
    return imageCount() * pixelSteps / 1e6;
  }

  private static double wholeSteps(@Nullable SamplingSettings settings, int steps) {
    int whole = settings == null ? steps : Reuse.wholeSteps(settings.reuse(), steps);
    return whole + (steps - whole) * SHALLOW_STEP;
  }

  /** Returns the size of the images that a stage draws for this request. */
  private Pixels size(Stage stage) {
    SamplingSettings settings = stages.get(stage.name());
    return settings == null ? stage.draws() : stage.size(settings);
  }

  private static long pixels(Pixels size) {
    return (long) size.width() * size.height();
  }

  /**
   * Returns the largest expected size in bytes of all images of this request: uncompressed pixels,
   * and the recipe with the input images, once in the metadata and once in the file.
   */
  public long mostImageBytes() {
    long most =
        Math.max(
            pixels(card.images()),
            card.stages().stream().mapToLong(stage -> pixels(size(stage))).max().orElse(0));
    return imageCount()
        * (most * BYTES_PER_PIXEL
            + BYTES_AROUND
            + 2 * (long) request.getSerializedSize() * BYTES_IN_RECIPE);
  }

  /** Returns the noise of images {@code from} to {@code to} (exclusive), counted from 0. */
  public List<NoiseSource> noise(int from, int to) {
    int first = request.getFirstImage();
    return ImageSeed.noise(first + from, first + to, request.getSeedsList());
  }

  /**
   * Returns the file of image {@code first_image + i}, or only the scores if a filter refused it.
   *
   * @param score the similarity of prompt and image; empty if it is unknown
   */
  public GeneratedImage encode(int i, Image image, OptionalDouble score, Verdict verdict) {
    String recipe = Recipes.toJson(recipe(i));
    ImageSeed seed = seed(i);
    ImageMetadata.Builder metadata =
        ImageMetadata.newBuilder()
            .setIndex(request.getFirstImage() + i)
            .setSeed(seed.seed())
            .setStream(seed.stream())
            .setWidth(image.width())
            .setHeight(image.height())
            .setRecipe(recipe)
            .addAllFilterScores(FilterMessages.of(verdict));
    score.ifPresent(metadata::setClipScore);
    Optional<ImageRefusal> refusal = FilterMessages.refusal(verdict);
    if (refusal.isPresent()) {
      return GeneratedImage.newBuilder().setMetadata(metadata.setRefusal(refusal.get())).build();
    }
    boolean embed = request.getOutput().getEmbedRecipe();
    byte[] png =
        provenance.encode(
            image,
            embed
                ? Optional.of(new io.diffusion4j.provenance.Recipe(Recipes.KEYWORD, recipe))
                : Optional.empty(),
            Tasks.hasImages(request)
                ? SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
                : SourceType.TRAINED_ALGORITHMIC_MEDIA);
    metadata
        .setMediaType("image/png")
        .setSizeBytes(png.length)
        .setSha256(ByteString.copyFrom(Hashing.sha256().hashBytes(png).asBytes()));
    return GeneratedImage.newBuilder()
        .setMetadata(metadata)
        .setData(ByteString.copyFrom(png))
        .build();
  }
}
