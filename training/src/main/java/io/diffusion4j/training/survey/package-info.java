/**
 * What a set of pictures has, found out before a model is trained on it. {@link
 * io.diffusion4j.training.survey.Surveyor} looks at each picture and caption once, and {@link
 * io.diffusion4j.training.survey.Survey} is what it saw.
 */
@NullMarked
package io.diffusion4j.training.survey;

import org.jspecify.annotations.NullMarked;
