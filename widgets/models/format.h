#pragma once

#include <core/base/ids.h>

#include <QString>

#include <cstdint>

/// Numbers and names as text for people (look.md section 5): thousands and decimal point by the default locale, real
/// minus, signs where a sign means something, none on zero, no line break between a number and its unit. NaN is an
/// en dash. Every model and every painter takes its texts from here.
namespace lpntk::models::format {

/// Ends in a full stop, so that another sentence may follow; causes come with one and without.
QString sentence(const QString& words);
QString count(std::int64_t value);                        ///< "1,500"
/// "1 sample" or "1,500 samples": `one` for exactly one, else `many` with %1 as the count. A function because without a
/// translation file Qt shows "sample(s)".
QString counted(std::int64_t value, const QString& one, const QString& many);
QString countOf(std::int64_t value, std::int64_t total);  ///< "865 of 1,499"
QString number(double value, int decimals);               ///< "10.2", minus only where it does not round to 0
QString signedNumber(double value, int decimals);         ///< "+0.34", "−0.03", "0.00"
QString cosine(double value);                             ///< lists: "+0.78"
QString cosineExact(double value);                        ///< cards and tables: "−0.286"
QString kappa(double value);                              ///< "−60.4", "+3.14": 1 decimal from 10, else 3 significant
QString angle(double cosine);                             ///< of a cosine: "106.6°"
QString threshold(double cosine);                         ///< "+0.10 84.3°"
QString share(double value, int decimals = 1);            ///< 0.197 -> "19.7 %"
QString probability(double value);                        ///< "0.38"
QString sample(base::SampleId sample);                    ///< "#865", no thousands: it is a name
QString prediction(const QString& className, double probability); ///< "→ Coat 0.38"
QString ratio(double value);                              ///< "1.31 ×"
QString bytes(double bytes);                              ///< "412 MB"
QString bytesOf(double bytes, double total);              ///< "412 MB of 4 GB"
QString duration(double seconds);                         ///< "5 min 37 s", "2 s"
QString timeLeft(double seconds);                         ///< "5 min 37 s left", empty when unknown (negative)
QString rate(double perSecond, const QString& unit);      ///< "3.1 tiles/s"

} // namespace lpntk::models::format
