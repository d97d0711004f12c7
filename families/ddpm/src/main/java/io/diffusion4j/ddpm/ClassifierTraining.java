package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.decoder.classifier.ClassifierBatches;
import io.diffusion4j.decoder.classifier.ClassifierConfig;
import io.diffusion4j.decoder.classifier.ClassifierFolders;
import io.diffusion4j.decoder.classifier.ClassifierNetwork;
import io.diffusion4j.decoder.classifier.ClassifierObjective;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import java.util.List;
import java.util.Map;

/**
 * Trains a classifier of noised pictures, with the sizes and the schedule of the preset's DDPM,
 * which it can then guide.
 */
record ClassifierTraining() implements TrainableComponent {
  @Override
  public String word() {
    return "classifier";
  }

  @Override
  public Scope scope() {
    return Scope.SEPARATE;
  }

  @Override
  public DataSet.Use use() {
    return DataSet.Use.PICTURES;
  }

  @Override
  public String home() {
    return "ddpm"; // it is stored in the model that it guides
  }

  @Override
  public List<String> sections() {
    return List.of("ddpm");
  }

  @Override
  public Preset.Schedule schedule(Preset preset) {
    return DdpmSizes.of(preset).training();
  }

  @Override
  public boolean train(ComponentRun run) {
    var config = run.config();
    List<String> classes = run.setup().data().classes();
    Check.that(
        classes.size() >= 2,
        "classes",
        classes.size(),
        "≥ 2; --technique classes=folder takes them from the folders of the pictures");
    var first = run.whole().first();
    ClassifierConfig shape =
        first == null
            ? DdpmSizes.of(run.preset()).classifier(classes.size())
            : ClassifierFolders.read(first.resolve(DdpmFamily.CLASSIFIER));
    Check.that(
        shape.classes() == classes.size(),
        "classes",
        classes.size() + " of the pictures",
        "%s, as the classifier to start from has",
        shape.classes());
    int size = shape.unet().sampleSize();
    return run.fit(
        new ClassifierObjective(new ClassifierNetwork(shape)),
        data ->
            new ClassifierBatches(
                run.classified(data).examples(size, config.seed()),
                classes,
                SchedulerConfig.ddpm().schedule(),
                shape.unet().timeChannels(),
                config.batchSize(),
                config.seed()),
        trainer -> run.start(trainer, Checkpoint.TRANSFORMERS, Map.of("", DdpmFamily.CLASSIFIER)),
        (to, weights) ->
            ClassifierFolders.write(
                to.made(DdpmFamily.CLASSIFIER), shape, classes, weights, to.notes()));
  }
}
