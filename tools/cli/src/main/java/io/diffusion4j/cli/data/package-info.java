/**
 * The command that checks a data set before a training.
 *
 * <pre>
 *   diffusion4j data pictures --sheet sheet.png
 *   diffusion4j data '{00000..00009}.tar' --model training/emoji/model --json report.json
 * </pre>
 *
 * <p>{@link io.diffusion4j.cli.data.DataCommand} reads each picture and caption once, on several
 * threads, and prints sizes, words, duplicates and broken files. The paths have the same forms as
 * {@code --data} of {@code train}: folders, lists, Parquet files and tar shards. With {@code
 * --sheet}, it draws evenly spaced pictures side by side, because a glance finds faults that no
 * statistic shows, such as pictures on their side. With {@code --model}, it counts the captions
 * that this model's tokenizer would cut off.
 *
 * <p>The exit status is 1 if more than a twentieth of the pictures cannot be read, which a training
 * refuses, so a script can check the pictures before it rents a machine.
 *
 * <p>The statistics are made by {@link io.diffusion4j.evaluation.survey.Surveyor}, and the reading
 * by {@link io.diffusion4j.data.files.PictureFiles}; this package formats them as text and JSON.
 *
 * <p>With {@code --json}, the report is also written to a file, so that two versions of a data set
 * can be compared by a program.
 *
 * <p>To add a statistic, add it to the survey first, then to both formats. The command changes no
 * file: neither the removal of duplicates nor the conversion of pictures is its task. Pictures of a
 * model are measured in {@code io.diffusion4j.cli.evaluate}.
 */
@NullMarked
package io.diffusion4j.cli.data;

import org.jspecify.annotations.NullMarked;
