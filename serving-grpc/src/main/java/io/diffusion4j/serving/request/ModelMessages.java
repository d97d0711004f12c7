package io.diffusion4j.serving.request;

import static java.util.Collections.emptySortedSet;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageKind;
import io.diffusion4j.serving.v1.Guide;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.RegisteredLora;
import java.util.Set;

/** Models and their stages as messages of the contract. */
public final class ModelMessages {
  private ModelMessages() {}

  /**
   * Returns a model in the list of models.
   *
   * @param filters the filters of the server, besides the model's own
   * @param isDefault whether it draws requests that name no model
   */
  public static Model of(ImagePipeline pipeline, Set<ImageFilter> filters, boolean isDefault) {
    ModelCard card = pipeline.card();
    Model.Builder model =
        Model.newBuilder()
            .setName(card.name())
            .setDescription(card.identity().description())
            .setLicense(card.identity().license())
            .setWeightsDigest(card.identity().weightsDigest())
            .setIsDefault(isDefault)
            .addAllTasks(card.taskNames())
            .setUsualLikeness(card.defaultSimilarity())
            .setUsualTextDiffRatio(
                card.taskNames().contains("text_diff") ? TaskResolver.TEXT_DIFF_RATIO : 0)
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

  /** Returns a stage with its limits and defaults, and the settings that it reads. */
  public static ModelStage stage(Stage stage) {
    ModelStage.Builder listed =
        ModelStage.newBuilder()
            .setName(stage.name())
            .setMaxSteps(stage.maxSteps())
            .setDefaultSteps(stage.maxSteps())
            .setGuided(stage.scale().isOffered())
            .setDefaultGuidanceScale(stage.scale().defaultValue())
            .setMaxGuidanceScale(stage.scale().most())
            .setImageWidth(stage.draws().width())
            .setImageHeight(stage.draws().height())
            .setReusesFeatures(stage.reuses())
            .addAllSettings(StageResolver.supported(stage));
    stage.sizes().ifPresent(sizes -> listed.setSizeUnit(sizes.unit()).setMaxSize(sizes.most()));
    stage
        .guides()
        .forEach(
            (name, scale) ->
                listed.addGuides(
                    Guide.newBuilder()
                        .setName(name)
                        .setDefaultScale(scale.defaultValue())
                        .setMaxScale(scale.most())));
    stage
        .denoising()
        .map(StageKind.Denoising::choices)
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
