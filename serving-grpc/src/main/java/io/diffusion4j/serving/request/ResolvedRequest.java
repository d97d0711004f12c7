package io.diffusion4j.serving.request;

import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.filter.Verdict;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.provenance.Provenance;
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

/**
 * A valid request with every default filled in.
 *
 * @param request what it says on the wire: asked again, it gives the same pixels
 * @param model the model that it is for, as the server serves it
 * @param engine what draws it: that model, or a variant of it with low-rank updates
 * @param card the card of the engine
 * @param stages how each stage of the model samples
 * @param steps how many steps an image takes in each stage that the task needs
 * @param warnings what the client may not have meant
 * @param provenance how the files of its images are marked
 * @param filters that judge its images
 */
public record ResolvedRequest(
    GenerateImagesRequest request,
    ImagePipeline model,
    ImagePipeline engine,
    ModelCard card,
    Map<String, SamplingSettings> stages,
    Map<String, Integer> steps,
    List<Warning> warnings,
    Provenance provenance,
    Filters filters) {
  /** This program, as recipes name it. */
  public static final String SOFTWARE = "Diffusion4J " + version();

  private static final long PIXELS_OF_NONE = 1024;

  private static String version() {
    var properties = new Properties();
    try (InputStream in = ResolvedRequest.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  public String id() {
    return request.getRequestId();
  }

  /** What is to be drawn; decodes the images of the request. */
  public ImageTask task() {
    return Tasks.of(request);
  }

  /** The text of the request; empty if there is none. */
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

  public int imageCount() {
    return request.getImageCount();
  }

  /** Where the randomness of image {@code first_image + i} comes from. */
  public ImageSeed seed(int i) {
    return ImageSeed.ofImage(request.getFirstImage() + i, request.getSeedsList());
  }

  /** The recipe of image {@code first_image + i}: a request for this image alone. */
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
        .addAllParts(ModelParts.of(card))
        .setPublishedModel(card.identity().published())
        .setPrecision(card.identity().precision())
        .addAllFilters(FilterMessages.of(filters))
        .build();
  }

  /**
   * Does not change the pixels; a lenient one is kept, so that a replay is judged in the same way.
   */
  private static Moderation inRecipe(Moderation moderation) {
    return moderation == Moderation.MODERATION_LOW ? moderation : Moderation.MODERATION_UNSPECIFIED;
  }

  /** Judges images of this request. */
  public List<Verdict> judge(List<Image> images, Filters.Listener listener) {
    return filters.judge(images, FilterMessages.moderation(request.getModeration()), listener);
  }

  /** How many steps an image takes in the stage; 0 if the task does without. */
  public int steps(Stage stage) {
    return steps.getOrDefault(stage.name(), 0);
  }

  /** The steps of each stage that is needed times the images. */
  public Map<String, Long> imageStepsByStage() {
    return steps.entrySet().stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, stage -> (long) imageCount() * stage.getValue()));
  }

  /** The steps of all stages times the images. */
  public long imageSteps() {
    return imageStepsByStage().values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * What the request costs, in megapixel steps: over all stages, images × steps, repeats included,
   * × the pixels that the stage draws × 2 where the network is asked with and without the
   * condition. Steps of a stage that draws no pixels count as {@value #PIXELS_OF_NONE} pixels.
   */
  public double cost() {
    double pixelSteps = 0;
    for (Stage stage : card.stages()) {
      SamplingSettings settings = stages.get(stage.name());
      long pixels =
          stage.draws().areDrawn()
              ? (long) stage.draws().width() * stage.draws().height()
              : PIXELS_OF_NONE;
      int passes = settings == null || isOne(settings.guidanceScale()) ? 1 : 2;
      pixelSteps += (double) steps(stage) * pixels * passes;
    }
    return imageCount() * pixelSteps / 1e6;
  }

  private static boolean isOne(GuidanceScale scale) {
    return scale instanceof GuidanceScale.Constant constant && constant.scale() == 1;
  }

  /** The randomness of the images from one to before another, counted from 0 in the request. */
  public List<NoiseSource> noise(int from, int to) {
    int first = request.getFirstImage();
    return ImageSeed.noise(first + from, first + to, request.getSeedsList());
  }

  /**
   * Returns the file of image {@code first_image + i}, or the scores alone if a filter refused it.
   *
   * @param score how well the words describe it, if they do and somebody can tell
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
                : Optional.empty());
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
