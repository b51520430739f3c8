// Which letter stands for a letter when case and accents do not count: one character for each code
// point of a block, a blank where it stands for itself (or is no letter, or becomes two: fold.cc).
// Made from the decompositions and case folding of Unicode 15, without combining marks; letters
// with strokes and hooks, small capitals and the like were added by hand. Iota subscripts are
// accents.
#pragma once

#include <string_view>

namespace chat {

/// U+00A0 to U+02FF.
inline constexpr std::u32string_view kFoldLatin =
    U"          a       23 μ   1o ¼½¾ aaaaaa ceeeeiiiidnooooo ouuuuy  "
    U"aaaaaa ceeeeiiiidnooooo ouuuuy yaaaaaaccccccccddddeeeeeeeeeegggg"
    U"gggghhhhiiiiiiiiii  jjkkĸllllllllllnnnnnnnŋŋoooooo  rrrrrrssssss"
    U"ssttttttuuuuuuuuuuuuwwyyyzzzzzzsbbƃƃƅƅɔccddƌƌƍǝəɛffgɣƕɩikklƛɯnƞo"
    U"ooƣƣpprƨƨʃƪƫtttuuʊvƴƴzzʒƹƹƺƻƽƽƾƿǀǁǂǃ         aaiioouuuuuuuuuuǝaa"
    U"aaææǥǥggkkoqooʒʒj   ggƕƿnnaaææooaaaaeeeeiiiioooorrrruuuussttȝȝhh"
    U"ƞȡȣȣȥȥaaeeooooooooyyȴȵȶȷȸȹⱥcclⱦȿɀɂɂbuʌeejjɋɋrryyɐɑɒbɔcddɘəɚɛɜɝɞɟ"
    U"gggɣɤɥhɧiɩilɬlɮɯɰmnnnoɶɷɸɹɺɻɼrɾɿrʁsʃʄʅʆʇtuʊvʌʍʎyzʑʒʓʔʕʖʗʘbʚʛhʝʞl"
    U"qʡʢʣʤʥʦʧʨʩʪʫʬʭʮʯhhjrɹɻʁwyʹʺʻ ʽ ʿˀˁ    ˆˇˈˉˊˋˌˍˎˏːˑ              "
    U"ɣlsxʕ       ˬ ˮ                 ";

/// U+0370 to U+058F.
inline constexpr std::u32string_view kFoldGreekCyrillic =
    U"ͱͱͳͳʹ ͷͷ   ͻͼͽ ϳ      α εηι ο υωιαβγδεζηθικλμνξοπρ στυφχψωιυαεηι"
    U"υαβγδεζηθικλμνξοπρσστυφχψωιυουωϗβθυυυφπϗϙϙϛϛϝϝϟϟϡϡϣϣϥϥϧϧϩϩϫϫϭϭϯϯ"
    U"κρσϳθε ϸϸσϻϻϼͻͼͽееђгєѕііјљњћкиуџабвгдежзииклмнопрстуфхцчшщъыьэюя"
    U"абвгдежзииклмнопрстуфхцчшщъыьэюяееђгєѕііјљњћкиуџѡѡѣѣѥѥѧѧѩѩѫѫѭѭѯѯ"
    U"ѱѱѳѳѵѵѵѵѹѹѻѻѽѽѿѿҁҁ        ҋҋҍҍҏҏґґғғҕҕҗҗҙҙққҝҝҟҟҡҡңңҥҥҧҧҩҩҫҫҭҭүү"
    U"ұұҳҳҵҵҷҷҹҹһһҽҽҿҿӏжжӄӄӆӆӈӈӊӊӌӌӎӎӏааааӕӕееәәәәжжззӡӡииииооөөөөээуу"
    U"ууууччӷӷыыӻӻӽӽӿӿԁԁԃԃԅԅԇԇԉԉԋԋԍԍԏԏԑԑԓԓԕԕԗԗԙԙԛԛԝԝԟԟԡԡԣԣԥԥԧԧԩԩԫԫԭԭԯԯ"
    U" աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ  ՙ      ՠաբգդեզէըթժիլխծկ"
    U"հձղճմյնշոչպջռսվտրցւփքօֆ ֈ       ";

/// U+1D00 to U+1FFF.
inline constexpr std::u32string_view kFoldAdditional =
    U"aᴁᴂᴃcdᴆeᴈᴉjkᴌmᴎoᴐᴑᴒᴓᴔᴕᴖᴗpᴙᴚtuᴝᴞᴟvwzᴣᴤᴥᴦᴧᴨᴩᴪᴫaæbᴯdeǝghijklmnᴻoȣpr"
    U"tuwaɐɑᴂbdeəɛɜgᵎkmŋoɔᴖᴗptuᴝɯvᴥβγδφχiruvβγρφχᵫᵬᵭᵮᵯᵰᵱᵲᵳᵴᵵᵶᵷнᵹᵺᵻᵼᵽᵾᵿ"
    U"ᶀᶁᶂᶃᶄᶅᶆᶇᶈᶉᶊᶋᶌᶍᶎᶏᶐᶑᶒᶓᶔᶕᶖᶗᶘᶙᶚɒccdɜfɟgɥiɩiᵻʝlᶅlmɰnnnoɸsʃƫuʊuvʌzzʑʒθ"
    U"                                                                "
    U"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
    U"mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
    U"wwwwwwwwwwxxxxyyzzzzzzhtwyasẜẝ ẟaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    U"eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyỻỻỽỽỿỿ"
    U"ααααααααααααααααεεεεεε  εεεεεε  ηηηηηηηηηηηηηηηηιιιιιιιιιιιιιιιι"
    U"οοοοοο  οοοοοο  υυυυυυυυ υ υ υ υωωωωωωωωωωωωωωωωααεεηηιιοουυωω  "
    U"ααααααααααααααααηηηηηηηηηηηηηηηηωωωωωωωωωωωωωωωωααααα ααααααα ι "
    U"  ηηη ηηεεηηη   ιιιι  ιιιιιι    υυυυρρυυυυυυρ     ωωω ωωοοωωω   ";

/// U+2070 to U+214F.
inline constexpr std::u32string_view kFoldLetterlike =
    U"0i  456789     n0123456789      aeoxəhklmnpst                   "
    U"                                                                "
    U"                  c    ɛ  ghhhhhiill n   pqrrr      z ω z kabc e"
    U"efⅎmoאבגדi  πγγπ     ddeij    ⅎ ";

}  // namespace chat
