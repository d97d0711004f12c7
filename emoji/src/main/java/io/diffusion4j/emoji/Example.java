package io.diffusion4j.emoji;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.emoji.scene.Scene;

/**
 * One picture with its caption.
 *
 * @param scene exactly what the picture shows
 * @param image RGB {@code [H, W, 3]} in [−1, 1], the receiver's own
 * @param caption in English, true of the scene; empty if the caption mix says so
 */
public record Example(Scene scene, Image image, String caption) {}
