package io.diffusion4j.serving.grpc;

import com.google.common.collect.Lists;
import com.google.common.primitives.Floats;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.LabelClassifier;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.jobs.JobScheduler;
import io.diffusion4j.serving.jobs.Quotas;
import io.diffusion4j.serving.model.ImageIndex;
import io.diffusion4j.serving.model.ImageIndices;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.observability.RequestSpans;
import io.diffusion4j.serving.observability.Tracing;
import io.diffusion4j.serving.request.ImageSeed;
import io.diffusion4j.serving.request.InputImages;
import io.diffusion4j.serving.request.RequestResolver;
import io.diffusion4j.serving.request.StageResolver;
import io.diffusion4j.serving.request.TaskResolver;
import io.diffusion4j.serving.v1.ClassifyImagesRequest;
import io.diffusion4j.serving.v1.ClassifyImagesResponse;
import io.diffusion4j.serving.v1.EmbedImagesRequest;
import io.diffusion4j.serving.v1.EmbedImagesResponse;
import io.diffusion4j.serving.v1.EmbedTextsRequest;
import io.diffusion4j.serving.v1.EmbedTextsResponse;
import io.diffusion4j.serving.v1.Embedding;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.RankImagesRequest;
import io.diffusion4j.serving.v1.RankImagesResponse;
import io.diffusion4j.serving.v1.RankedImage;
import io.diffusion4j.serving.v1.SampleImageEmbeddingsRequest;
import io.diffusion4j.serving.v1.SampleImageEmbeddingsResponse;
import io.diffusion4j.serving.v1.SearchImagesRequest;
import io.diffusion4j.serving.v1.SearchImagesResponse;
import io.diffusion4j.serving.v1.Warning;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** {@code diffusion4j.v1.EmbeddingService}: embeds texts and images in one space. */
final class EmbeddingGrpcService extends EmbeddingServiceGrpc.EmbeddingServiceImplBase {
  /** The largest number of texts or images in one request. */
  private static final int MAX = 64;

  /** The cost of one embedding in megapixel steps: one encoder pass over a 224×224 image. */
  private static final double COST_OF_EMBEDDING = 0.05;

  /** The number of images of one request that are decoded at once. */
  private static final int DECODED_AT_ONCE = 8;

  /** The largest number of labels in one request. */
  private static final int MAX_LABELS = 256;

  private static final int MAX_TEMPLATES = 16;

  /** The largest number of images a search returns. */
  private static final int MAX_FOUND = 100;

  private static final int USUALLY_FOUND = 10;

  private final Models models;
  private final ImageIndices indices;
  private final JobScheduler scheduler;
  private final Tracing tracing;
  private final Quotas quotas = new Quotas(Quotas.Kind.EMBEDDINGS, System::nanoTime);

  @Inject
  EmbeddingGrpcService(
      Models models, ImageIndices indices, JobScheduler scheduler, Tracing tracing) {
    this.tracing = tracing;
    this.models = models;
    this.indices = indices;
    this.scheduler = scheduler;
  }

  @Override
  public void embedTexts(EmbedTextsRequest request, StreamObserver<EmbedTextsResponse> response) {
    var call = new EmbeddingCall("EmbedTexts", request.getModel());
    call.checkCount("texts", request.getTextsCount());
    call.checkTexts("texts", request.getTextsList());
    call.run(
        request.getTextsCount(),
        response,
        step -> {
          var answer = EmbedTextsResponse.newBuilder().addAllWarnings(call.warnings);
          call.space
              .texts()
              .encode(request.getTextsList())
              .forEach(text -> answer.addEmbeddings(embedding(text.embedding())));
          return answer.build();
        });
  }

  @Override
  public void embedImages(
      EmbedImagesRequest request, StreamObserver<EmbedImagesResponse> response) {
    var call = new EmbeddingCall("EmbedImages", request.getModel());
    ImageEncoder encoder = call.needed(call.space.images());
    call.checkCount("images", request.getImagesCount());
    call.run(
        request.getImagesCount(),
        response,
        step -> {
          EmbedImagesResponse.Builder answer = EmbedImagesResponse.newBuilder();
          forEachBatch(
              request.getImagesList(),
              step,
              images -> encoder.encode(images).forEach(e -> answer.addEmbeddings(embedding(e))));
          return answer.build();
        });
  }

  @Override
  public void rankImages(RankImagesRequest request, StreamObserver<RankImagesResponse> response) {
    var call = new EmbeddingCall("RankImages", request.getModel());
    call.needed(call.space.images());
    call.checkText("text", request.getText());
    call.checkCount("images", request.getImagesCount());
    call.run(
        1 + request.getImagesCount(), // one more for the text
        response,
        step -> {
          List<Double> similarities = new ArrayList<>();
          forEachBatch(
              request.getImagesList(),
              step,
              images -> similarities.addAll(call.space.similarities(request.getText(), images)));
          var answer = RankImagesResponse.newBuilder().addAllWarnings(call.warnings);
          IntStream.range(0, similarities.size())
              .boxed()
              .sorted(Comparator.comparing(similarities::get).reversed()) // a stable sort
              .forEach(
                  i ->
                      answer.addImages(
                          RankedImage.newBuilder().setIndex(i).setSimilarity(similarities.get(i))));
          return answer.build();
        });
  }

  @Override
  public void sampleImageEmbeddings(
      SampleImageEmbeddingsRequest request,
      StreamObserver<SampleImageEmbeddingsResponse> response) {
    var call = new EmbeddingCall("SampleImageEmbeddings", request.getModel());
    Prior prior = call.needed(call.space.prior());
    ImageTask.Words words =
        new ImageTask.Words(request.getPrompt().getText(), request.getPrompt().getNegativeText());
    if (words.isEmpty()) {
      call.violations.add("prompt.text", Errors.quote(words.text()), "some words");
    }
    call.checkText("prompt.text", words.text());
    call.checkText("prompt.negative_text", words.negative());
    int count = request.hasCount() ? request.getCount() : 1;
    RequestResolver.checkNumbers(
        "count",
        count,
        call.engine.card().limits().perRequest(),
        "first_index",
        request.getFirstIndex(),
        request.getSeedsCount(),
        call.violations);
    Stage stage = prior.stage();
    Optional<SamplingSettings> settings =
        StageResolver.resolve(
            "options",
            StageResolver.withDefaults(request.getOptions(), stage),
            stage,
            call.violations);
    call.violations.throwIfAny();
    try {
      call.engine.check(new ImageTask.TextToImage(words), stage.name(), settings.orElseThrow());
    } catch (IllegalArgumentException e) {
      call.violations.add("options", e);
    }
    List<NoiseSource> noise = noise(request, count);
    call.run(
        count,
        response,
        step -> {
          Prompt prompt = Prompt.encode(call.space.texts(), words.text(), words.negative());
          var answer = SampleImageEmbeddingsResponse.newBuilder().addAllWarnings(call.warnings);
          prior
              .sample(
                  noise.stream().map(source -> new Draw<>(prompt, source)).toList(),
                  settings.orElseThrow(),
                  at -> step.run())
              .forEach(drawn -> answer.addEmbeddings(embedding(drawn)));
          return answer.build();
        });
  }

  @Override
  public void classifyImages(
      ClassifyImagesRequest request, StreamObserver<ClassifyImagesResponse> response) {
    var call = new EmbeddingCall("ClassifyImages", request.getModel());
    ImageEncoder encoder = call.needed(call.space.images());
    List<String> labels = request.getLabelsList();
    if (labels.isEmpty() || labels.size() > MAX_LABELS) {
      call.violations.add("labels", labels.size() + " of them", "1 to " + MAX_LABELS);
    } else if (labels.stream().distinct().count() < labels.size()) {
      call.violations.add("labels", "one of them twice", "each once");
    } else {
      call.checkTexts("labels", labels);
    }
    List<String> templates =
        request.getTemplatesCount() == 0 ? LabelClassifier.PHOTO : request.getTemplatesList();
    if (templates.size() > MAX_TEMPLATES) {
      call.violations.add("templates", templates.size() + " of them", "at most " + MAX_TEMPLATES);
    }
    for (int i = 0; i < Math.min(templates.size(), MAX_TEMPLATES); i++) {
      String field = "templates[" + i + "]";
      TaskResolver.checkText(field, templates.get(i), call.violations);
      if (!templates.get(i).contains("{}")) {
        call.violations.add(field, Errors.quote(templates.get(i)), "a text with {} for the label");
      }
    }
    int top = request.hasTopK() ? request.getTopK() : 1;
    if (top < 1) {
      call.violations.add("top_k", top, "≥ 1");
    }
    call.checkCount("images", request.getImagesCount());
    call.run(
        request.getImagesCount() + labels.size() * templates.size(), // one more for each text
        response,
        step -> {
          var classifier =
              LabelClassifier.of(
                  call.space.texts(), labels, templates, LabelClassifier.LOGIT_SCALE);
          var answer = ClassifyImagesResponse.newBuilder().addAllWarnings(call.warnings);
          List<float[]> embeddings = new ArrayList<>();
          forEachBatch(
              request.getImagesList(), step, images -> embeddings.addAll(encoder.encode(images)));
          for (float[] image : embeddings) {
            var classification = answer.addClassificationsBuilder();
            classifier
                .best(image, top)
                .forEach(
                    scored ->
                        classification
                            .addLabelsBuilder()
                            .setLabel(scored.label())
                            .setProbability(scored.probability()));
          }
          return answer.build();
        });
  }

  @Override
  public void searchImages(
      SearchImagesRequest request, StreamObserver<SearchImagesResponse> response) {
    var call = new EmbeddingCall("SearchImages", request.getModel());
    String model = call.engine.card().name();
    ImageIndex index =
        indices
            .named(model, request.getIndex())
            .orElseThrow(() -> Errors.unknownIndex(request.getIndex(), indices.of(model)));
    int top = request.hasTopK() ? request.getTopK() : USUALLY_FOUND;
    if (top < 1 || top > MAX_FOUND) {
      call.violations.add("top_k", top, "1 to " + MAX_FOUND);
    }
    Optional<Supplier<float[]>> query = query(request, call);
    call.run(
        request.hasEmbedding() ? 0 : 1,
        response,
        step -> {
          var answer = SearchImagesResponse.newBuilder().addAllWarnings(call.warnings);
          index
              .nearest(query.orElseThrow().get(), top)
              .forEach(
                  found ->
                      answer
                          .addImagesBuilder()
                          .setName(found.name())
                          .setSimilarity(found.cosine()));
          return answer.build();
        });
  }

  /**
   * Returns a supplier of the query's embedding; empty if there is no query. Faults of the query
   * are added to the violations.
   */
  private static Optional<Supplier<float[]>> query(
      SearchImagesRequest request, EmbeddingCall call) {
    Embedder space = call.space;
    switch (request.getQueryCase()) {
      case TEXT -> {
        call.checkText("text", request.getText());
        return Optional.of(
            () -> space.texts().encode(List.of(request.getText())).get(0).embedding());
      }
      case IMAGE -> {
        ImageEncoder encoder = call.needed(space.images());
        return Optional.of(
            () -> {
              Violations ofImage = new Violations();
              var taken =
                  InputImages.take("image", request.getImage(), InputImages.MAX_SIDE, ofImage);
              ofImage.throwIfAny();
              Image image = taken.orElseThrow().image();
              return encoder.encode(List.of(image)).get(0);
            });
      }
      case EMBEDDING -> {
        float[] values = Floats.toArray(request.getEmbedding().getValuesList());
        double length = values.length == space.size() ? Vectors.length(values) : 0;
        if (!(length > 0 && length < Double.POSITIVE_INFINITY)) {
          call.violations.add(
              "embedding.values",
              values.length + " values of length " + length,
              space.size() + " finite values, not all 0");
        }
        return Optional.of(() -> values);
      }
      case QUERY_NOT_SET -> {
        call.violations.add("query", "none", "one of text, image, embedding");
        return Optional.empty();
      }
    }
    throw new IllegalStateException("query: " + request.getQueryCase());
  }

  /** Returns the noise of each requested embedding. */
  private static List<NoiseSource> noise(SampleImageEmbeddingsRequest request, int count) {
    List<Long> seeds =
        request.getSeedsCount() == 0
            ? List.of(RequestResolver.seedOf(UUID.randomUUID().toString()))
            : request.getSeedsList();
    int first = request.getFirstIndex();
    return ImageSeed.noise(first, first + count, seeds);
  }

  /** A call on the embedding space of a model: what is wrong with it, and its work. */
  private final class EmbeddingCall {
    final ImagePipeline engine;
    final Embedder space;
    final Violations violations = new Violations();
    final List<Warning> warnings = new ArrayList<>();
    private final String method;

    EmbeddingCall(String method, String model) {
      this.method = method;
      engine =
          models
              .named(model)
              .orElseThrow(() -> Errors.MODEL_NOT_FOUND.error("model", model, models.names()));
      space = needed(engine.embedder());
    }

    <T> T needed(Optional<T> part) {
      return part.orElseThrow(() -> Errors.METHOD_UNSUPPORTED.error(method, engine.card().name()));
    }

    void checkCount(String field, int count) {
      if (count < 1 || count > MAX) {
        violations.add(field, count + " of them", "1 to " + MAX);
      }
    }

    void checkTexts(String field, List<String> texts) {
      for (int i = 0; i < texts.size(); i++) {
        checkText(field + "[" + i + "]", texts.get(i));
      }
    }

    void checkText(String field, String text) {
      TaskResolver.checkText(field, text, violations);
      RequestResolver.warn(field, text, engine, warnings);
    }

    /**
     * Submits the work of a valid call and charges the caller's quota.
     *
     * @throws io.grpc.StatusRuntimeException if there are violations, or the quota or the queue is
     *     exhausted
     */
    <T> void run(int embeddings, StreamObserver<T> response, Function<Runnable, T> work) {
      violations.throwIfAny();
      Principal principal = CallContext.current().principal();
      synchronized (quotas) {
        quotas.check(principal, embeddings);
        double cost = COST_OF_EMBEDDING * Math.max(1, embeddings);
        RequestSpans spans = tracing.request("", engine.card().name());
        BlockingWorker.submit(scheduler, principal.name(), engine, cost, spans, response, work);
        quotas.charge(principal, embeddings);
      }
    }
  }

  /**
   * Passes the images to the work in batches of at most {@link #DECODED_AT_ONCE}. The pixels of
   * only one batch are in memory at a time; the other images are held as files.
   */
  private static void forEachBatch(
      List<InputImage> given, Runnable step, Consumer<List<Image>> work) {
    Violations violations = new Violations();
    List<InputImage> taken = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      step.run();
      InputImages.take("images[" + i + "]", given.get(i), InputImages.MAX_SIDE, violations)
          .ifPresent(image -> taken.add(image.file()));
    }
    violations.throwIfAny();
    for (List<InputImage> batch : Lists.partition(taken, DECODED_AT_ONCE)) {
      step.run();
      work.accept(batch.stream().map(InputImages::ofCanonical).toList());
    }
  }

  private static Embedding embedding(float[] values) {
    return Embedding.newBuilder().addAllValues(Floats.asList(values)).build();
  }
}
