package io.diffusion4j.serving.grpc;

import static java.util.Collections.emptySortedSet;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.Course;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.request.FilterMessages;
import io.diffusion4j.serving.request.ModelParts;
import io.diffusion4j.serving.request.RequestResolver;
import io.diffusion4j.serving.request.TaskResolver;
import io.diffusion4j.serving.v1.GetModelRequest;
import io.diffusion4j.serving.v1.GetModelResponse;
import io.diffusion4j.serving.v1.Guide;
import io.diffusion4j.serving.v1.ListModelsRequest;
import io.diffusion4j.serving.v1.ListModelsResponse;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.RegisteredLora;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;

/** {@code diffusion4j.v1.ModelService}: lists the models and their options. */
final class ModelGrpcService extends ModelServiceGrpc.ModelServiceImplBase {
  private static final int MOST_PER_PAGE = 100;

  private final Models models;
  private final Set<ImageFilter> filters;

  @Inject
  ModelGrpcService(Models models, Set<ImageFilter> filters) {
    this.models = models;
    this.filters = filters;
  }

  @Override
  public void getModel(GetModelRequest request, StreamObserver<GetModelResponse> response) {
    ImagePipeline engine =
        models
            .named(request.getName())
            .filter(e -> CallContext.current().principal().mayUse(e.card().name()))
            .orElseThrow(() -> Errors.MODEL_NOT_FOUND.error("name", request.getName(), names()));
    Model model = model(engine).toBuilder().addAllWords(engine.texts().knownWords()).build();
    response.onNext(GetModelResponse.newBuilder().setModel(model).build());
    response.onCompleted();
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> response) {
    Violations violations = new Violations();
    if (request.getPageSize() < 0) {
      violations.add("page_size", request.getPageSize(), "≥ 0");
    }
    List<String> names = names();
    int start = 0; // a page token is the name of the page's first model
    if (!request.getPageToken().isEmpty()) {
      start = names.indexOf(request.getPageToken());
      if (start < 0) {
        violations.add(
            "page_token", Errors.quote(request.getPageToken()), "a next_page_token of this method");
      }
    }
    violations.throwIfAny();

    int size = request.getPageSize() == 0 ? MOST_PER_PAGE : request.getPageSize();
    int end = start + Math.min(Math.min(size, MOST_PER_PAGE), names.size() - start);
    ListModelsResponse.Builder page = ListModelsResponse.newBuilder();
    for (String name : names.subList(start, end)) {
      models.named(name).ifPresent(engine -> page.addModels(model(engine))); // absent if unloaded
    }
    if (end < names.size()) {
      page.setNextPageToken(names.get(end));
    }
    response.onNext(page.build());
    response.onCompleted();
  }

  /** Returns the names of the models that the caller may use. */
  private List<String> names() {
    return models.names().stream().filter(CallContext.current().principal()::mayUse).toList();
  }

  private Model model(ImagePipeline pipeline) {
    ModelCard card = pipeline.card();
    Model.Builder model =
        Model.newBuilder()
            .setName(card.name())
            .setDescription(card.identity().description())
            .setLicense(card.identity().license())
            .setWeightsDigest(card.identity().weightsDigest())
            .setIsDefault(card.name().equals(models.defaultName()))
            .addAllTasks(card.taskNames())
            .setUsualLikeness(card.usualLikeness())
            .setImageWidth(card.images().width())
            .setImageHeight(card.images().height())
            .setMaxImageCount(card.limits().perRequest())
            .setMaxPromptLength(TaskResolver.MAX_TEXT_LENGTH)
            .addAllOutputMediaTypes(RequestResolver.MEDIA_TYPES);
    card.stages().forEach(stage -> model.addStages(stage(stage)));
    model.addAllParts(ModelParts.of(card));
    model.addAllFilters(FilterMessages.of(pipeline.filters().and(filters)));
    pipeline
        .registeredLoras()
        .forEach(
            (name, digest) ->
                model.addLoras(RegisteredLora.newBuilder().setName(name).setDigest(digest)));
    return model.build();
  }

  private static ModelStage stage(Stage stage) {
    ModelStage.Builder listed =
        ModelStage.newBuilder()
            .setName(stage.name())
            .setMaxSteps(stage.maxSteps())
            .setDefaultSteps(stage.maxSteps())
            .setGuided(stage.scale().isOffered())
            .setDefaultGuidanceScale(stage.scale().usual())
            .setMaxGuidanceScale(stage.scale().most())
            .setImageWidth(stage.draws().width())
            .setImageHeight(stage.draws().height())
            .setReusesFeatures(stage.reuses());
    stage.sizes().ifPresent(sizes -> listed.setSizeUnit(sizes.unit()).setMaxSize(sizes.most()));
    stage
        .guides()
        .forEach(
            (name, scale) ->
                listed.addGuides(
                    Guide.newBuilder()
                        .setName(name)
                        .setDefaultScale(scale.usual())
                        .setMaxScale(scale.most())));
    stage
        .denoising()
        .map(Course.Denoising::choices)
        .ifPresent(
            choices ->
                listed
                    .addAllSamplers(choices.samplers().names())
                    .setDefaultSampler(choices.defaultSampler())
                    .setDefaultSteps(choices.defaultSteps())
                    .addAllSchedules(choices.spacings().map(ByName::names).orElse(emptySortedSet()))
                    .addAllThresholdings(
                        choices.treatments().map(ByName::names).orElse(emptySortedSet())));
    return listed.build();
  }
}
