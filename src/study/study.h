/* Study files and the plan of runs. */
#ifndef STUDY_STUDY_H
#define STUDY_STUDY_H

#endif
