package io.diffusion4j.serving.request;

import static io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase.TASK_NOT_SET;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hashing;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.Moderation;
import io.diffusion4j.serving.v1.Priority;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.Warning;
import io.grpc.StatusRuntimeException;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** A resolver that checks requests and fills in their defaults. Thread-safe. */
public final class RequestResolver {
  /** The media types of image files; the first is the default. */
  public static final List<String> MEDIA_TYPES = List.of("image/png");

  private final Models models;
  private final Provenance provenance;
  private final Set<ImageFilter> filters;

  @Inject
  RequestResolver(Models models, Provenance provenance, Set<ImageFilter> filters) {
    this.models = models;
    this.provenance = provenance;
    this.filters = filters;
  }

  /** Returns whether resolving a request decodes images, which takes time and may block. */
  public static boolean takesLong(GenerateImagesRequest request) {
    return Tasks.hasImages(request);
  }

  /**
   * Returns a request with its defaults.
   *
   * @throws StatusRuntimeException whose details list all faults of the request
   */
  public ResolvedRequest resolve(GenerateImagesRequest request) {
    return resolve(request, UnaryOperator.identity());
  }

  /** Resolves a request; messages use the names that {@code names} maps field paths to. */
  ResolvedRequest resolve(GenerateImagesRequest request, UnaryOperator<String> names) {
    ImagePipeline model =
        models
            .named(request.getModel())
            .orElseThrow(
                () -> Errors.MODEL_NOT_FOUND.error("model", request.getModel(), models.names()));
    ModelCard card = model.card();
    TaskCase asked = request.getTaskCase();
    if (asked != TASK_NOT_SET && !card.tasks().contains(Tasks.kind(asked))) {
      throw Errors.TASK_UNSUPPORTED.error(Tasks.kind(asked).label(), card.taskNames(), card.name());
    }

    Violations violations = new Violations(names);
    GenerateImagesRequest.Builder resolved = request.toBuilder().setModel(card.name());
    Map<InputImage, Image> images = new HashMap<>();
    ImagePipeline engine = LoraResolver.resolve(resolved, model, violations);
    if (asked == TASK_NOT_SET) {
      violations.add("task", "none", "one of " + String.join(", ", card.taskNames()));
    } else {
      new TaskResolver(engine, violations, images).resolve(resolved);
    }
    resolveId(resolved, violations);
    resolvePriority(resolved, violations);
    resolveModeration(resolved, violations);
    resolveImages(resolved, card, violations);
    resolveOutput(resolved, violations);
    Map<String, SamplingSettings> stages =
        resolveStages(resolved, stages(engine, asked), violations);
    violations.throwIfAny(); // the checks below need a request that is otherwise valid
    ImageTask task = Tasks.of(resolved.build(), of -> requireNonNull(images.get(of), "decoded"));
    checkStages(engine, task, stages, violations);
    violations.throwIfAny();
    Map<String, Integer> steps = engine.steps(task, stages);
    List<Warning> warnings = new ArrayList<>();
    Tasks.texts(resolved.build())
        .forEach((field, text) -> warn(names.apply(field), text, engine, warnings));
    for (String stage : steps.keySet()) { // only stages that the task needs
      String field = names.apply("stages[\"" + stage + "\"].sampler");
      Optional<String> advice =
          Optional.ofNullable(stages.get(stage))
              .flatMap(settings -> engine.card().stage(stage).flatMap(own -> own.advice(settings)));
      warning("UNSTABLE_SAMPLER", field, advice).ifPresent(warnings::add);
    }
    for (Stage stage : engine.stages(task.kind())) {
      String field = names.apply("stages[\"" + stage.name() + "\"].size");
      Optional<String> rounded =
          Optional.ofNullable(stages.get(stage.name()))
              .filter(own -> own.size().filter(size -> !size.equals(stage.size(own))).isPresent())
              .map(own -> own.size().orElseThrow() + " is rounded up to " + stage.size(own));
      warning("SIZE_ROUNDED", field, rounded).ifPresent(warnings::add);
    }
    Filters judges = engine.filters().and(filters);
    if (!judges.isEmpty()) {
      withholdPreviews(resolved, names).ifPresent(warnings::add);
    }
    return new ResolvedRequest(
        resolved.build(),
        request.toBuilder().setRequestId(resolved.getRequestId()).build(), // whatever its case was
        task,
        images.values().stream().mapToLong(image -> 4L * image.pixels().length).sum(),
        model,
        engine,
        engine.card(),
        stages,
        steps,
        List.copyOf(warnings),
        provenance,
        judges);
  }

  /** Turns previews off, which would show an image before it is judged. */
  private static Optional<Warning> withholdPreviews(
      GenerateImagesRequest.Builder request, UnaryOperator<String> names) {
    if (request.getPreview().getEverySteps() == 0) {
      return Optional.empty();
    }
    request.clearPreview();
    String why = "no previews are sent, because filters judge the finished images";
    return warning("PREVIEWS_WITHHELD", names.apply("preview.every_steps"), Optional.of(why));
  }

  /** Returns the stages with the defaults of the task. */
  private static List<Stage> stages(ImagePipeline engine, TaskCase asked) {
    return asked == TASK_NOT_SET ? engine.card().stages() : engine.stages(Tasks.kind(asked));
  }

  /** Returns the sampling settings of each stage; missing options get the default of the task. */
  public static Map<String, SamplingSettings> settings(
      ImagePipeline engine,
      ImageTask task,
      Map<String, StageOptions> options,
      UnaryOperator<String> names) {
    Violations violations = new Violations(names);
    var stages =
        resolveStages(
            GenerateImagesRequest.newBuilder().putAllStages(options),
            engine.stages(task.kind()),
            violations);
    violations.throwIfAny(); // the checks below need options that are otherwise valid
    checkStages(engine, task, stages, violations);
    violations.throwIfAny();
    return stages;
  }

  private static void checkStages(
      ImagePipeline engine,
      ImageTask task,
      Map<String, SamplingSettings> stages,
      Violations violations) {
    stages.forEach(
        (stage, settings) -> {
          try {
            engine.check(task, stage, settings);
          } catch (IllegalArgumentException e) {
            violations.add("stages[\"" + stage + "\"]", e);
          }
        });
  }

  private static void resolveId(GenerateImagesRequest.Builder request, Violations violations) {
    String id = request.getRequestId();
    if (id.isEmpty()) {
      request.setRequestId(UUID.randomUUID().toString());
    } else if (!id.matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
      violations.add("request_id", Errors.quote(id), "a UUID, 8-4-4-4-12 hexadecimal digits");
    } else {
      request.setRequestId(UUID.fromString(id).toString());
    }
  }

  private static void resolvePriority(
      GenerateImagesRequest.Builder request, Violations violations) {
    switch (request.getPriority()) {
      case PRIORITY_UNSPECIFIED -> request.setPriority(Priority.PRIORITY_NORMAL);
      case UNRECOGNIZED ->
          violations.add(
              "priority",
              request.getPriorityValue(),
              "one of PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_HIGH");
      case PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_HIGH -> {}
    }
  }

  private static void resolveModeration(
      GenerateImagesRequest.Builder request, Violations violations) {
    switch (request.getModeration()) {
      case MODERATION_UNSPECIFIED -> request.setModeration(Moderation.MODERATION_AUTO);
      case UNRECOGNIZED ->
          violations.add(
              "moderation", request.getModerationValue(), "one of MODERATION_AUTO, MODERATION_LOW");
      case MODERATION_AUTO, MODERATION_LOW -> {}
    }
  }

  private static void resolveImages(
      GenerateImagesRequest.Builder request, ModelCard card, Violations violations) {
    int count = request.hasImageCount() ? request.getImageCount() : 1;
    request.setImageCount(count);
    checkNumbers(
        "image_count",
        count,
        card.limits().perRequest(),
        "first_image",
        request.getFirstImage(),
        request.getSeedsCount(),
        violations);
    if (request.getSeedsCount() == 0) {
      request.addSeeds(seedOf(request.getRequestId()));
    }
  }

  /** Checks the number of images, the index of the first image, and the number of seeds. */
  public static void checkNumbers(
      String countField,
      int count,
      int most,
      String firstField,
      int first,
      int seeds,
      Violations violations) {
    if (count < 1 || count > most) {
      violations.add(countField, count, "1 to " + most);
      return; // the checks below need a valid count
    }
    int last = Integer.MAX_VALUE - count;
    if (first < 0 || first > last) {
      violations.add(firstField, first, "0 to " + last);
    } else if (seeds > first + count) {
      violations.add("seeds", seeds + " seeds", "at most " + (first + count) + ", one per image");
    }
  }

  /**
   * Returns the default seed of a request, a hash of its id. A repeated request gets the same seed,
   * even on another server or after a restart. The seed has 32 bits, so that it is easy to type.
   */
  public static long seedOf(String requestId) {
    return Hashing.sha256().hashString(requestId, UTF_8).asInt() & 0xFFFF_FFFFL;
  }

  private static void resolveOutput(GenerateImagesRequest.Builder request, Violations violations) {
    var output = request.getOutputBuilder();
    if (output.getMediaType().isEmpty()) {
      output.setMediaType(MEDIA_TYPES.get(0));
    }
    violations.addUnlessOneOf("output.media_type", output.getMediaType(), MEDIA_TYPES);
    if (!output.hasEmbedRecipe()) {
      output.setEmbedRecipe(true);
    }
    int everySteps = request.getPreview().getEverySteps();
    if (everySteps < 0) {
      violations.add("preview.every_steps", everySteps, "≥ 0");
    }
  }

  private static Map<String, SamplingSettings> resolveStages(
      GenerateImagesRequest.Builder request, List<Stage> stages, Violations violations) {
    List<String> known = stages.stream().map(Stage::name).toList();
    for (String name : request.getStagesMap().keySet().stream().sorted().toList()) {
      if (!known.contains(name)) {
        violations.add("stages", Errors.quote(name), "one of " + String.join(", ", known));
      }
    }
    Map<String, SamplingSettings> settings = new LinkedHashMap<>();
    for (Stage stage : stages) {
      StageOptions resolved =
          StageResolver.withDefaults(
              request.getStagesOrDefault(stage.name(), StageOptions.getDefaultInstance()), stage);
      StageResolver.resolve("stages[\"" + stage.name() + "\"]", resolved, stage, violations)
          .ifPresent(
              chosen -> {
                request.putStages(stage.name(), resolved);
                settings.put(stage.name(), chosen);
              });
    }
    return settings;
  }

  /** Adds warnings about a text that the model truncates, and about words unknown to it. */
  public static void warn(String field, String text, ImagePipeline engine, List<Warning> warnings) {
    warning("PROMPT_TRUNCATED", field, engine.texts().truncation(text)).ifPresent(warnings::add);
    warning("UNKNOWN_WORDS", field, engine.texts().unknownWords(text)).ifPresent(warnings::add);
  }

  private static Optional<Warning> warning(String reason, String field, Optional<String> message) {
    return message.map(
        text -> Warning.newBuilder().setReason(reason).setField(field).setMessage(text).build());
  }
}
