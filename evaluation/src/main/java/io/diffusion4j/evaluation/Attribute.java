package io.diffusion4j.evaluation;

import io.diffusion4j.emoji.scene.Scene;
import io.diffusion4j.emoji.scene.SceneSize;
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.emoji.scene.Subject;
import java.util.Optional;

/** What a few lines of arithmetic read from the pixels. {@link RelationQuestion} is the fourth. */
public enum Attribute implements Question {
  /** The colour of the rim, among ten named colours and white. */
  BACKGROUND(Split.HELD_OUT_BACKGROUND) {
    @Override
    public boolean concerns(Scene scene) {
      return true;
    }

    @Override
    public boolean agrees(Scene scene, Reading picture) {
      return picture.seen().background() == scene.background();
    }
  },

  /** How many things stand on the background. */
  COUNT(Split.HELD_OUT_COUNT) {
    @Override
    public boolean concerns(Scene scene) {
      return scene.subject() instanceof Subject.Several;
    }

    @Override
    public boolean agrees(Scene scene, Reading picture) {
      return picture.seen().things().size() == scene.placements().size();
    }
  },

  /** How large one thing is, among small, middle and large. */
  SIZE(null) {
    @Override
    public boolean concerns(Scene scene) {
      return scene.subject() instanceof Subject.Single;
    }

    @Override
    public boolean agrees(Scene scene, Reading picture) {
      double extent = picture.seen().extent();
      SceneSize nearest = SceneSize.MEDIUM;
      for (SceneSize size : SceneSize.values()) {
        if (Math.abs(size.fraction() - extent) < Math.abs(nearest.fraction() - extent)) {
          nearest = size;
        }
      }
      return ((Subject.Single) scene.subject()).size() == nearest;
    }
  };

  private final Optional<Split> heldOut;

  Attribute(@org.jspecify.annotations.Nullable Split heldOut) {
    this.heldOut = Optional.ofNullable(heldOut);
  }

  @Override
  public Optional<Split> heldOut() {
    return heldOut;
  }
}
